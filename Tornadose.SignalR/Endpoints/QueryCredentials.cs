namespace Tornadose.SignalR.Endpoints;

/// <summary>Marks the endpoints that take credentials in their query, for clients that cannot send headers.</summary>
/// <param name="Tickets">Whether tickets are among them; access tokens are, where the application has enabled them.</param>
internal sealed record QueryCredentials(bool Tickets);
