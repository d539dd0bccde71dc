using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Authorization;

/// <summary>
/// Decides who may read and who may publish, for every way in: Server-Sent Events, WebSockets, JSON lines, snapshots, <c>HEAD</c>, the
/// hub's methods and publishing over HTTP. It is asked at every connect and every resume, so that a user who was allowed yesterday does
/// not get yesterday's messages today.
/// </summary>
internal sealed class StoreAuthorizer(
    IServiceScopeFactory scopes, SubscriberRegistry registry, TornadoseOptions options, RevokedUsers revoked)
{
    /// <summary>The right of a user to read stores, not yet decided on.</summary>
    public StoreReadAccess Ask(ClaimsPrincipal user, IReadOnlyList<MessageStore> stores, HttpContext? context) =>
        new(this, user, stores, Until(context), registry.Review.Round)
        { Issued = Issued(context) };

    /// <summary>A right to read that the application grants, whatever the policies say.</summary>
    public SubscriberAccess Trust(ClaimsPrincipal user, HttpContext? context) =>
        new(user, Until(context), registry.Review.Round) { Issued = Issued(context) };

    /// <param name="user">The user.</param>
    /// <param name="store">The store.</param>
    /// <param name="operation">What the user wants to do.</param>
    /// <param name="issued">When the user's ticket or cookie was issued; null where that is not known.</param>
    public ValueTask<StoreVerdict> DecideAsync(
        ClaimsPrincipal user, MessageStore store, StoreOperation operation, DateTimeOffset? issued = null)
    {
        if (revoked.Covers(user, issued))
            return new(StoreVerdict.Unauthenticated);
        var policy = operation == StoreOperation.Read ? store.Options.ReadPolicy : store.Options.PublishPolicy;
        return policy is null ? new(StoreVerdict.Allowed) : AskAsync(user, store, operation, policy);
    }

    private DateTimeOffset? Until(HttpContext? context) => options.CloseOnAuthenticationExpiration
        ? Authentication(context)?.ExpiresUtc
        : null;

    private static DateTimeOffset? Issued(HttpContext? context) =>
        context?.Features.Get<StoreTicket>()?.Issued ?? Authentication(context)?.IssuedUtc;

    private static AuthenticationProperties? Authentication(HttpContext? context) =>
        context?.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties;

    private async ValueTask<StoreVerdict> AskAsync(ClaimsPrincipal user, MessageStore store, StoreOperation operation, string policy)
    {
        // Handlers may be scoped, and a hub has no scope that outlives the invocation.
        await using var scope = scopes.CreateAsyncScope();
        var authorization = scope.ServiceProvider.GetService<IAuthorizationService>()
            ?? throw new InvalidOperationException(
                $"Store '{store.Name}' has the policy '{policy}', but authorization is not registered. " +
                    "Add this line: builder.Services.AddAuthorization();");
        var access = new StoreAccess(store.Name, operation, store.RouteValues);
        if ((await authorization.AuthorizeAsync(user, access, policy)).Succeeded)
            return StoreVerdict.Allowed;
        if (store.Options.HideForbidden)
            return StoreVerdict.Hidden;
        return user.Identity?.IsAuthenticated == true ? StoreVerdict.Forbidden : StoreVerdict.Unauthenticated;
    }
}
