using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Hubs;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Refuses to start an application that maps publishing or the inspector without saying who may use it, or a store hub without the
/// check of the page's origin.
/// </summary>
internal sealed class ExplicitAccess : IStartupFilter
{
    /// <summary>Marks the endpoints that publish.</summary>
    public static readonly object Publishing = new Marker("who may publish", "MapStorePublishing");

    /// <summary>Marks the endpoints that list subscribers and end them.</summary>
    public static readonly object Inspecting = new Marker("who may look, and end subscribers", "MapStoreInspector");

    /// <summary>Marks the hubs that <c>MapStoreHub</c> has mapped.</summary>
    public static readonly object MappedHub = new HubMarker();

    /// <summary>Checks once the pipeline is complete and groups have applied their conventions, but before the server listens.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (app.ApplicationServices.GetService<EndpointDataSource>() is { } source)
            Check(source.Endpoints);
    };

    private static void Check(IReadOnlyList<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            if (endpoint.Metadata.GetMetadata<Marker>() is { } marker && IsUndecided(endpoint.Metadata))
                throw new InvalidOperationException(
                    $"'{endpoint.DisplayName}' does not say {marker.What}. Add .RequireAuthorization(\"policy\") or .AllowAnonymous() " +
                        $"to {marker.Method}(…).");
            if (endpoint.Metadata.GetMetadata<HubMetadata>()?.HubType is { } hub && typeof(StoreHub).IsAssignableFrom(hub)
                && endpoint.Metadata.GetMetadata<HubMarker>() is null)
                throw new InvalidOperationException(
                    $"MapHub<{hub.Name}> does not check which pages connect, " +
                        $"so that any site could subscribe and publish as its visitor. Write instead: {Line(endpoint, hub)}");
        }
    }

    private static string Line(Endpoint endpoint, Type hub)
    {
        var path = (endpoint as RouteEndpoint)?.RoutePattern.RawText?.Replace("/negotiate", "", StringComparison.Ordinal);
        return $"app.MapStoreHub{(hub == typeof(StoreHub) ? "" : $"<{hub.Name}>")}(\"{path}\");";
    }

    private static bool IsUndecided(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<IAuthorizeData>() is null
        && metadata.GetMetadata<AuthorizationPolicy>() is null
        && metadata.GetMetadata<IAllowAnonymous>() is null;

    private sealed record Marker(string What, string Method);

    private sealed class HubMarker;
}
