using System.ComponentModel;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Endpoints;
using Tornadose.SignalR.Inspection;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Describes the endpoints for API descriptions (OpenAPI). The handlers read requests themselves, so their signatures show no parameters:
/// the delegates here provide such signatures, and are never called.
/// </summary>
/// <remarks>A store's content has no schema; the messages of the streams are described in <c>docs/asyncapi.yaml</c>.</remarks>
internal static class ApiDescription
{
    private const string Text = "text/plain";
    private const string Json = "application/json";

    // Lambdas, not methods: where the application sets no tag, operations are tagged with the name of the method's class.
    private static readonly Delegate Read = (
        [FromRoute(Name = StoreSelection.RouteValue), Description("The store's name.")] string store,
        [FromQuery(Name = "after"), Description("The id of the last message that the client saw: later messages are sent first. " +
            "The header Last-Event-ID takes precedence.")] string? after,
        [FromHeader(Name = "Last-Event-ID"), Description("The same id, as an EventSource sends it by itself.")] string? lastEventId,
        [FromQuery(Name = "from"), Description("Where to begin without an id: earliest, or now.")] string? from,
        [FromQuery(Name = "key"), Description("The only key of a keyed store to read.")] string? key,
        [FromQuery(Name = "last"), Description("How many of the last messages to begin with.")] int? last,
        [
            FromQuery(Name = "every"),
            Description("The shortest time between two batches of messages, from 50ms to 60s, such as 500ms.")] string? every,
        [FromQuery(Name = "wait"), Description("How long to wait for an answer in JSON, from 0s to 5m, such as 30s: it is sent as soon " +
            "as there are messages after the id, and contains the next id.")] string? wait,
        [
            FromQuery(Name = "heartbeat"),
            Description("On a WebSocket: the silence after which {} is sent, from 100ms to 5m, such as 15s.")] string? heartbeat,
        [FromQuery(Name = "ticket"), Description("A stream ticket, for clients that cannot send headers.")] string? ticket) =>
    {
    };

    private static readonly Delegate Publish = (
        [FromRoute(Name = StoreSelection.RouteValue), Description("The store's name.")] string store,
        [FromQuery(Name = "event"), Description("The message's event type.")] string? eventType,
        [
            FromHeader(Name = "Idempotency-Key"),
            Description("The same key within five minutes stores one message, and returns the same id again.")] string? idempotencyKey) =>
    {
    };

    private static readonly Delegate Change = (
        [FromRoute(Name = StoreSelection.RouteValue), Description("The store's name.")] string store,
        [FromQuery(Name = "key"), Description("The key. DELETE without one removes all keys.")] string? key,
        [FromHeader(Name = "If-Match"), Description("* if the key must exist, or the id of its value, in quotes.")] string? ifMatch,
        [FromHeader(Name = "If-None-Match"), Description("* if the key must be new; only with PUT.")] string? ifNoneMatch,
        [
            FromHeader(Name = "Idempotency-Key"),
            Description("The same key within five minutes stores one change, and returns the same id again.")] string? idempotencyKey) =>
    {
    };

    private static readonly Delegate Inspect = (
        [FromQuery(Name = "store"), Description("Only this store.")] string? store,
        [FromQuery(Name = "limit"), Description("How many subscribers to list, those furthest behind first. Default 200.")] int? limit) =>
    {
    };

    private static readonly Delegate Dismiss = (
        [FromRoute(Name = InspectorEndpoint.RouteValue), Description("The subscriber's id.")] string id) =>
    {
    };

    private static readonly Delegate Nothing = () =>
    {
    };

    public static IEndpointConventionBuilder DescribeReading(
        this IEndpointConventionBuilder endpoint, IEnumerable<StreamFormat> formats) =>
        endpoint
        .WithSummary("Reads a store")
        .WithDescription(
            "As server-sent events, JSON lines or, with an upgrade, a WebSocket. As JSON it is no stream: the messages kept now, or " +
                "with ?wait=30s the next ones. Without a store's name in the path, ?store=a&store=b reads several on one connection.")
        .Describe(Read, StatusCodes.Status200OK, [.. formats.Select(static format => format.MediaType)])
        .Refuses(
            StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound, StatusCodes.Status406NotAcceptable,
            StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable)
        .WithMetadata(
            new ProducesResponseTypeMetadata(StatusCodes.Status101SwitchingProtocols, typeof(void)),
            new ProducesResponseTypeMetadata(StatusCodes.Status204NoContent, typeof(void)));

    public static IEndpointConventionBuilder DescribePublishing(this IEndpointConventionBuilder endpoint) => endpoint
        .WithSummary("Publishes a message")
        .WithDescription(
            "The body is the message: JSON, or text. JSON lines are several messages, stored all together or not at all: " +
            "each line is an object with data and, optionally, event. The id is that of the last message.")
        .Describe(Publish, StatusCodes.Status200OK, [Json])
        .Refuses(
            StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge,
            StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status503ServiceUnavailable)
        // routing refuses media types that are not listed here
        .WithMetadata(new AcceptsMetadata(
            [Json, "application/*+json", MessageLines.MediaType, Text, "application/x-www-form-urlencoded"], typeof(object)));

    public static IEndpointConventionBuilder DescribeChanging(this IEndpointConventionBuilder endpoint) => endpoint
        .WithSummary("Sets or removes a key of a keyed store")
        .WithDescription("The body of PUT is the value: JSON, or text, which becomes a JSON string.")
        .Describe(Change, StatusCodes.Status200OK, [Json])
        .Refuses(
            StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound, StatusCodes.Status405MethodNotAllowed, StatusCodes.Status409Conflict,
            StatusCodes.Status412PreconditionFailed,
            StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType,
            StatusCodes.Status503ServiceUnavailable, StatusCodes.Status507InsufficientStorage)
        .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status204NoContent, typeof(void)));

    public static IEndpointConventionBuilder DescribeTickets(this IEndpointConventionBuilder endpoint) => endpoint
        .WithSummary("Issues a ticket for one stream")
        .WithDescription(
            "For EventSource and WebSocket, which cannot send headers: append ?ticket=… to the stream's URL. " +
                "A ticket is short-lived, and works once.")
        .Describe(Nothing, StatusCodes.Status200OK, [Json])
        .Refuses(
            StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden,
            StatusCodes.Status404NotFound, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType,
            StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable);

    public static IEndpointConventionBuilder DescribeInspecting(this IEndpointConventionBuilder endpoint) => endpoint
        .WithSummary("Reports on stores and subscribers")
        .Describe(Inspect, StatusCodes.Status200OK, [Json, "text/html"])
        .Refuses(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden);

    public static IEndpointConventionBuilder DescribeDismissing(this IEndpointConventionBuilder endpoint) => endpoint
        .WithSummary("Ends a subscriber for good")
        .Describe(Dismiss, StatusCodes.Status204NoContent, [])
        .Refuses(
            StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound,
            StatusCodes.Status503ServiceUnavailable);

    private static IEndpointConventionBuilder Describe(
        this IEndpointConventionBuilder endpoint, Delegate signature, int status, string[] contentTypes)
    {
        var parameters = signature.Method.GetParameters();
        object[] metadata = [
            signature.Method,
            new ProducesResponseTypeMetadata(status, contentTypes.Length == 0 ? typeof(void) : typeof(object), contentTypes),
            .. parameters.Select(static parameter => new Parameter(parameter))];
        return endpoint.WithMetadata(metadata);
    }

    private static IEndpointConventionBuilder Refuses(this IEndpointConventionBuilder endpoint, params int[] statuses) =>
        endpoint.WithMetadata([.. statuses.Select(static status => new ProducesResponseTypeMetadata(status, typeof(string), [Text]))]);

    private sealed class Parameter(ParameterInfo parameter) : IParameterBindingMetadata
    {
        private readonly IFromRouteMetadata? _route = parameter.GetCustomAttribute<FromRouteAttribute>();

        public string Name => parameter.Name!;

        public bool HasTryParse => parameter.ParameterType != typeof(string);

        public bool HasBindAsync => false;

        public ParameterInfo ParameterInfo => parameter;

        public bool IsOptional => _route is null;
    }
}
