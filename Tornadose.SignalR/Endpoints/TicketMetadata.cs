namespace Tornadose.SignalR.Endpoints;

/// <summary>Marks the endpoints that take tickets.</summary>
internal sealed class TicketMetadata;
