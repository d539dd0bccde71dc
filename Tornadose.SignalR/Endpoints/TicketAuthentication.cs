using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Authorization;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// The authentication scheme of tickets. It is a request handler, which the application's authentication asks before its default scheme: so a ticket's user is known to the endpoint's own authorization, too.
/// </summary>
internal sealed class TicketAuthentication(TicketGate gate) : IAuthenticationRequestHandler
{
    private HttpContext? _context;

    private HttpContext Context => _context!;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public async Task<bool> HandleRequestAsync() =>
        Context.GetEndpoint()?.Metadata.GetMetadata<TicketMetadata>() is not null && !await gate.AdmitAsync(Context);

    public Task<AuthenticateResult> AuthenticateAsync() => Task.FromResult(
        Context.Features.Get<StoreTicket>() is { } ticket ? AuthenticateResult.Success(ticket.Authentication) : AuthenticateResult.NoResult());

    public Task ChallengeAsync(AuthenticationProperties? properties) => AnswerAsync(StatusCodes.Status401Unauthorized);

    public Task ForbidAsync(AuthenticationProperties? properties) => AnswerAsync(StatusCodes.Status403Forbidden);

    private Task AnswerAsync(int status)
    {
        Context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
