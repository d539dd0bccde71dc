using Microsoft.AspNetCore.Builder;

namespace Tornadose.SignalR.Hosting;

/// <summary>Several endpoints that are configured as one.</summary>
internal sealed class EndpointConventions(params IEndpointConventionBuilder[] endpoints) : IEndpointConventionBuilder
{
    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var endpoint in endpoints)
            endpoint.Add(convention);
    }

    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        foreach (var endpoint in endpoints)
            endpoint.Finally(finallyConvention);
    }
}
