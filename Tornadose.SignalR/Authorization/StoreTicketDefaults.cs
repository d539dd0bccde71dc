using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR;

/// <summary>Names of the stream tickets.</summary>
public static class StoreTicketDefaults
{
    /// <summary>
    /// The authentication scheme of requests that bring a ticket. A policy that names its schemes has to name this one too, for tickets to
    /// pass it; policies that do not name any need nothing.
    /// </summary>
    public const string AuthenticationScheme = "Tornadose.Ticket";
}
