using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Tornadose.SignalR.Hosting;

/// <summary>Refuses to start an application that maps publishing without saying who may publish.</summary>
internal sealed class PublishingDecision : IStartupFilter
{
    /// <summary>Marks the endpoints that publish.</summary>
    public static readonly object Marker = new PublishingMarker();

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
            if (IsUndecided(endpoint.Metadata))
                throw new InvalidOperationException(
                    $"'{endpoint.DisplayName}' does not say who may publish. Add .RequireAuthorization(\"policy\") or .AllowAnonymous() to MapStorePublishing(…).");
    }

    private static bool IsUndecided(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<PublishingMarker>() is not null
        && metadata.GetMetadata<IAuthorizeData>() is null
        && metadata.GetMetadata<AuthorizationPolicy>() is null
        && metadata.GetMetadata<IAllowAnonymous>() is null;

    private sealed class PublishingMarker;
}
