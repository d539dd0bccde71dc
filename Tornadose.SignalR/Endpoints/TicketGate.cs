using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.ServerSentEvents;
using Tornadose.SignalR.WebSockets;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Reads the ticket of a request, <c>?ticket=…</c>, and lets the request continue as its user. The ticket is spent only
/// when the stream begins.
/// </summary>
internal sealed class TicketGate(StoreTickets tickets, AcceptNegotiation negotiation)
{
    private const string Parameter = "ticket";

    /// <returns>False when the request had an invalid ticket and has been answered.</returns>
    public async ValueTask<bool> AdmitAsync(HttpContext context)
    {
        if (context.Features.Get<StoreTicket>() is { } taken)
            return Admit(context, taken); // the application's authentication may have replaced the user since
        if (!RequestParts.Query(context.Request).TryGetValue(Parameter, out var values))
            return true;
        if (values is [{ Length: > 0 } text] && Read(context, text) is { } ticket)
            return Admit(context, ticket);
        await Refusal.DenyAsync(context, StoreVerdict.Unauthenticated, []);
        return false;
    }

    /// <summary>Spends the request's ticket, if any.</summary>
    /// <returns>False when it was used before.</returns>
    /// <exception cref="StoreUnavailableException">It is not known whether it was used.</exception>
    public ValueTask<bool> TrySpendAsync(HttpContext context) =>
        context.Features.Get<StoreTicket>() is { } ticket ? tickets.TrySpendAsync(ticket, context.RequestAborted) : new(true);

    private StoreTicket? Read(HttpContext context, string text)
    {
        IReadOnlyCollection<string?> stores = StoreSelection.NameInPath(context) is { } name
            ? [name]
            : [.. context.Request.Query[StoreSelection.RouteValue]];
        return tickets.Read(text, TransportOf(context), stores);
    }

    /// <summary>Tickets are for clients that cannot send headers: on other transports none is valid, and none is needed.</summary>
    private string TransportOf(HttpContext context)
    {
        if (WebSocketRequest.IsUpgrade(context))
            return StoreTickets.WebSocket;
        var isStream = HttpMethods.IsGet(context.Request.Method) && negotiation.Choose(context.Request) is ServerSentEventFormat;
        return isStream ? StoreTickets.ServerSentEvents : "";
    }

    private static bool Admit(HttpContext context, StoreTicket ticket)
    {
        context.User = ticket.User;
        context.Features.Set(ticket);
        context.Features.Set<IAuthenticateResultFeature>(
            new TicketFeature { AuthenticateResult = AuthenticateResult.Success(ticket.Authentication) });
        QueryParameter.Remove(context.Request, Parameter);
        return true;
    }

    private sealed class TicketFeature : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; }
    }
}
