using System.Text.Json.Serialization;

namespace Tornadose.SignalR.Client;

/// <summary>What a ticket is asked for with.</summary>
internal sealed record TicketRequest(IReadOnlyList<string> Stores, string Transport);

/// <summary>What a ticket is given with.</summary>
internal sealed record TicketResponse(string? Ticket);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TicketRequest))]
[JsonSerializable(typeof(TicketResponse))]
internal sealed partial class TicketJson : JsonSerializerContext;
