using Tornadose.SignalR;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.Hosting;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Inspection;
using Tornadose.SignalR.WebSockets;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of stores.</summary>
public static class StoreEndpointRouteBuilderExtensions
{
    private static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    // A WebSocket over HTTP/2 (RFC 8441). A separate endpoint, because API descriptions know no such verb.
    private static readonly string[] ConnectMethods = [HttpMethods.Connect];
    private static readonly string[] PublishMethods = [HttpMethods.Post];
    private static readonly string[] ChangeMethods = [HttpMethods.Put, HttpMethods.Delete];

    /// <summary>
    /// Maps one URL a store, <c>GET {pattern}/{store}</c>, for every plain transport: Server-Sent Events, WebSockets, JSON lines, JSON
    /// snapshots, long polling (<c>?wait=30s</c>), and those of <c>AddStreamFormat</c>. A request chooses by <c>Upgrade</c> and
    /// <c>Accept</c>. <c>GET {pattern}?store=a&amp;store=b</c> carries several stores on one connection. Publishing is not mapped: see
    /// <see cref="MapStorePublishing"/>. <c>POST {pattern}/_ticket</c> issues a ticket for one stream, <c>?ticket=…</c>, to signed-in
    /// users, because <c>EventSource</c> and <c>WebSocket</c> cannot send headers.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path before the store's name, such as <c>/stores</c>.</param>
    /// <returns>A builder to add authorization, CORS, rate limits and metadata to.</returns>
    /// <exception cref="InvalidOperationException"><c>AddTornadose()</c> was not called, or two formats of <c>AddStreamFormat</c> have the
    /// same media type or name.</exception>
    public static IEndpointConventionBuilder MapStores(this IEndpointRouteBuilder endpoints, string pattern)
    {
        var endpoint = Required<StoreEndpoint>(endpoints, nameof(MapStores));
        var pipeline = endpoints.CreateApplicationBuilder();
        pipeline.Use(SharedUpgrade.InvokeAsync);
        pipeline.UseWebSockets();
        pipeline.Run(endpoint.InvokeAsync);
        var upgraded = pipeline.Build();
        // Both middlewares leave state on the request for as long as its stream lasts, so plain requests bypass them.
        RequestDelegate read = context => SharedUpgrade.IsPossible(context) ? upgraded(context) : endpoint.InvokeAsync(context);
        var reads = endpoints.MapMethods(StorePattern(pattern), ReadMethods, read)
            .DescribeReading(endpoints.ServiceProvider.GetRequiredService<AcceptNegotiation>().Formats);
        var connects = endpoints.MapMethods(StorePattern(pattern), ConnectMethods, read).ExcludeFromDescription();
        var streams = new EndpointConventions(reads, connects)
            .WithDisplayName($"Tornadose stores under {pattern}")
            .DisableRequestTimeout()
            .WithMetadata(new StreamMetadata(), new QueryCredentials(Tickets: true));
        var tickets = endpoints.MapPost(
            $"{pattern.TrimEnd('/')}/{TicketEndpoint.Path}", endpoints.ServiceProvider.GetRequiredService<TicketEndpoint>().InvokeAsync)
            .WithDisplayName($"Tornadose tickets under {pattern}")
            .DescribeTickets();
        return new EndpointConventions(streams, tickets).ForPrograms();
    }

    /// <summary>
    /// Maps <c>POST {pattern}/{store}</c>, which publishes the body, and <c>PUT</c> and <c>DELETE {pattern}/{store}?key=…</c>, which set
    /// and remove a key of a keyed store, where the application has one. Say who may publish: <c>.RequireAuthorization("policy")</c>, or
    /// <c>.AllowAnonymous()</c>. Without either the application does not start: nobody opens a write endpoint by accident.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path before the store's name, such as <c>/stores</c>.</param>
    /// <returns>A builder to add authorization, CORS, rate limits and metadata to.</returns>
    /// <exception cref="InvalidOperationException"><c>AddTornadose()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapStorePublishing(this IEndpointRouteBuilder endpoints, string pattern)
    {
        var endpoint = Required<PublishEndpoint>(endpoints, nameof(MapStorePublishing));
        var publishes = endpoints.MapMethods(StorePattern(pattern), PublishMethods, endpoint.InvokeAsync).DescribePublishing();
        var isKeyed = endpoints.ServiceProvider.GetRequiredService<StoreProvider>().HasKeyedStores;
        return (isKeyed
            ? new EndpointConventions(
                publishes, endpoints.MapMethods(StorePattern(pattern), ChangeMethods, endpoint.InvokeAsync).DescribeChanging())
            : new EndpointConventions(publishes))
            .WithDisplayName($"Tornadose publishing under {pattern}")
            .WithMetadata(ExplicitAccess.Publishing)
            .ForPrograms();
    }

    /// <summary>
    /// Maps the inspector: a page, or JSON for clients that do not ask for HTML, about the stores of all nodes and their subscribers;
    /// <c>DELETE {pattern}/subscribers/{id}</c> ends one subscriber for good. Say who may use it: <c>.RequireAuthorization("policy")</c>,
    /// or <c>.AllowAnonymous()</c>. Without either the application does not start.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, such as <c>/stores/_inspect</c>: no store's name begins with an underscore.</param>
    /// <returns>A builder to add authorization, CORS, rate limits and metadata to.</returns>
    /// <exception cref="InvalidOperationException"><c>AddTornadose()</c> was not called.</exception>
    public static IEndpointConventionBuilder MapStoreInspector(this IEndpointRouteBuilder endpoints, string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var endpoint = Required<InspectorEndpoint>(endpoints, nameof(MapStoreInspector));
        var look = endpoints.MapGet(pattern, endpoint.LookAsync).DescribeInspecting();
        var dismiss = endpoints.MapDelete(
            $"{pattern.TrimEnd('/')}/subscribers/{{{InspectorEndpoint.RouteValue}}}", endpoint.DismissAsync).DescribeDismissing();
        return new EndpointConventions(look, dismiss)
            .WithDisplayName($"Tornadose inspector at {pattern}")
            .WithMetadata(
                ExplicitAccess.Inspecting,
                new ProgramEndpointMetadata(static request => HttpMethods.IsGet(request.Method) && AcceptNegotiation.WantsPage(request)));
    }

    /// <summary>Maps <see cref="StoreHub"/>, over which SignalR clients subscribe to stores.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The hub's path, such as <c>/hubs/stores</c>.</param>
    /// <param name="configure">Sets SignalR's own options for the endpoint: transports, buffers, <c>AllowStatefulReconnects</c>,
    /// <c>CloseOnAuthenticationExpiration</c>.</param>
    /// <returns>A builder to add authorization, CORS and metadata to.</returns>
    /// <exception cref="InvalidOperationException"><c>AddTornadose()</c> was not called.</exception>
    [UnconditionalSuppressMessage(
        "AOT", "IL3050",
        Justification = "Only Clients generates code, which StoreHub never touches; a derived hub that does is warned of where it does.")]
    public static HubEndpointConventionBuilder MapStoreHub(
        this IEndpointRouteBuilder endpoints, string pattern, Action<HttpConnectionDispatcherOptions>? configure = null) =>
        endpoints.MapStoreHub<StoreHub>(pattern, configure);

    /// <summary>Maps a hub of your own that derives from <see cref="StoreHub"/>.</summary>
    /// <inheritdoc cref="MapStoreHub(IEndpointRouteBuilder, string, Action{HttpConnectionDispatcherOptions}?)"/>
    /// <typeparam name="THub">The hub.</typeparam>
    /// <exception cref="InvalidOperationException"><c>AddTornadose().AddHub&lt;THub&gt;()</c> was not called.</exception>
    public static HubEndpointConventionBuilder MapStoreHub<[DynamicallyAccessedMembers(StoreHubServices.HubMembers)] THub>(
        this IEndpointRouteBuilder endpoints, string pattern, Action<HttpConnectionDispatcherOptions>? configure = null)
        where THub : StoreHub
    {
        Required<StoreEndpoint>(endpoints, nameof(MapStoreHub));
        StoreHubServices.Check<THub>(endpoints.ServiceProvider);
        var options = endpoints.ServiceProvider.GetRequiredService<TornadoseOptions>();
        var hub = endpoints.MapHub<THub>(pattern, connections =>
        {
            connections.CloseOnAuthenticationExpiration = options.CloseOnAuthenticationExpiration;
            configure?.Invoke(connections);
        });
        hub.WithMetadata(new QueryCredentials(Tickets: false), ExplicitAccess.MappedHub);
        hub.ForPrograms();
        hub.Add(endpoint => endpoint.RequestDelegate = WebSocketOriginCheck.Before(endpoint.RequestDelegate!, options));
        return hub;
    }

    /// <summary>Refusals are answered by status codes, and nothing is cached: see <see cref="ProgramEndpointMetadata"/>.</summary>
    private static TBuilder ForPrograms<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new ProgramEndpointMetadata()).DisableCookieRedirect();

    private static string StorePattern(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return $"{pattern.TrimEnd('/')}/{{**{StoreSelection.RouteValue}}}";
    }

    private static T Required<T>(IEndpointRouteBuilder endpoints, string method)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.ServiceProvider.GetService<T>() ?? throw new InvalidOperationException(
            $"{method} needs the stores' services. Add this line before the application is built: builder.Services.AddTornadose();");
    }
}
