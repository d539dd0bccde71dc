using System.Text.Json.Serialization;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The request for a ticket: <c>{"stores":["orders"],"transport":"sse"}</c>.</summary>
/// <param name="Stores">The names of the stores.</param>
/// <param name="Transport"><c>sse</c> or <c>websocket</c>.</param>
internal sealed record TicketRequest(string?[]? Stores, string? Transport);

/// <summary>The answer to a request for a ticket.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="ExpiresIn">Its lifetime in seconds.</param>
internal sealed record TicketResponse(string Ticket, int ExpiresIn);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TicketRequest))]
[JsonSerializable(typeof(TicketResponse))]
internal sealed partial class TicketJson : JsonSerializerContext;
