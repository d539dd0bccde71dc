using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR;

/// <summary>Names that stream tickets use.</summary>
public static class StoreTicketDefaults
{
    /// <summary>
    /// The authentication scheme of requests with a ticket. A policy that names its schemes must name this one too, to accept tickets; a
    /// policy that names none needs no change.
    /// </summary>
    public const string AuthenticationScheme = "Tornadose.Ticket";
}
