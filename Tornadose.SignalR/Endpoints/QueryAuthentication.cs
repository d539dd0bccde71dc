using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// The authentication scheme of tickets. It is a request handler, which the authentication middleware calls before the default scheme. So
/// the endpoint's own authorization knows the ticket's user, and an access token in the query, where enabled, reaches the application's
/// own scheme as the header that it expects.
/// </summary>
internal sealed class QueryAuthentication(TicketGate gate, TornadoseOptions options) : IAuthenticationRequestHandler
{
    private const string AccessToken = "access_token";

    private HttpContext? _context;

    private HttpContext Context => _context!;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public async Task<bool> HandleRequestAsync()
    {
        if (Context.GetEndpoint()?.Metadata.GetMetadata<QueryCredentials>() is not { } taken)
            return false;
        if (options.AccessTokenInQuery)
            MoveAccessToken();
        return taken.Tickets && !await gate.AdmitAsync(Context);
    }

    public Task<AuthenticateResult> AuthenticateAsync() => Task.FromResult(
        Context.Features.Get<StoreTicket>() is { } ticket ? AuthenticateResult.Success(
            ticket.Authentication) : AuthenticateResult.NoResult());

    public Task ChallengeAsync(AuthenticationProperties? properties) => AnswerAsync(StatusCodes.Status401Unauthorized);

    public Task ForbidAsync(AuthenticationProperties? properties) => AnswerAsync(StatusCodes.Status403Forbidden);

    private Task AnswerAsync(int status)
    {
        Context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>An existing header takes precedence.</summary>
    private void MoveAccessToken()
    {
        var request = Context.Request;
        if (!request.Query.TryGetValue(AccessToken, out var values))
            return;
        if (request.Headers.Authorization.Count == 0 && values is [{ Length: > 0 } token])
            request.Headers.Authorization = $"Bearer {token}";
        QueryParameter.Remove(request, AccessToken);
    }
}
