using System.Text.Json.Serialization;

namespace Tornadose.SignalR.Client;

/// <summary>The body of a request for a ticket.</summary>
internal sealed record TicketRequest(IReadOnlyList<string> Stores, string Transport);

/// <summary>The body of the answer with the ticket.</summary>
internal sealed record TicketResponse(string? Ticket);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TicketRequest))]
[JsonSerializable(typeof(TicketResponse))]
internal sealed partial class TicketJson : JsonSerializerContext;
