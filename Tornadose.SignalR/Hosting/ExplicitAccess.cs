using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Hosting;

/// <summary>Refuses to start an application that maps publishing, or the inspector, without saying for whom.</summary>
internal sealed class ExplicitAccess : IStartupFilter
{
    /// <summary>Marks the endpoints that publish.</summary>
    public static readonly object Publishing = new Marker("who may publish", "MapStorePublishing");

    /// <summary>Marks the endpoints that tell about subscribers, and end them.</summary>
    public static readonly object Inspecting = new Marker("who may look, and end subscribers", "MapStoreInspector");

    /// <summary>Looks when the pipeline is complete, and groups have applied their conventions, but before the server listens.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (app.ApplicationServices.GetService<EndpointDataSource>() is { } source)
            Check(source.Endpoints);
    };

    private static void Check(IReadOnlyList<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
            if (endpoint.Metadata.GetMetadata<Marker>() is { } marker && IsUndecided(endpoint.Metadata))
                throw new InvalidOperationException(
                    $"'{endpoint.DisplayName}' does not say {marker.What}. Add .RequireAuthorization(\"policy\") or .AllowAnonymous() to {marker.Method}(…).");
    }

    private static bool IsUndecided(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAuthorizeData>() is null
        && metadata.GetMetadata<AuthorizationPolicy>() is null
        && metadata.GetMetadata<IAllowAnonymous>() is null;

    private sealed record Marker(string What, string Method);
}
