using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Authorization;

/// <summary>
/// Decides who may read and who may publish, for every entrance: Server-Sent Events, WebSockets, JSON lines, snapshots, <c>HEAD</c>, the hub's methods and publishing over HTTP. It is
/// asked at every connect and every resume, so that what was allowed yesterday gives nobody yesterday's messages today.
/// </summary>
internal sealed class StoreAuthorizer(IServiceScopeFactory scopes)
{
    public ValueTask<StoreVerdict> DecideAsync(ClaimsPrincipal user, DataStore store, StoreOperation operation)
    {
        var policy = operation == StoreOperation.Read ? store.Options.ReadPolicy : store.Options.PublishPolicy;
        return policy is null ? new(StoreVerdict.Allowed) : AskAsync(user, store, operation, policy);
    }

    private async ValueTask<StoreVerdict> AskAsync(ClaimsPrincipal user, DataStore store, StoreOperation operation, string policy)
    {
        // Handlers may be scoped, and a hub has no scope that outlives the invocation.
        await using var scope = scopes.CreateAsyncScope();
        var authorization = scope.ServiceProvider.GetService<IAuthorizationService>()
            ?? throw new InvalidOperationException($"Store '{store.Name}' has the policy '{policy}', and there is no authorization to ask. Add this line: builder.Services.AddAuthorization();");
        var access = new StoreAccess(store.Name, operation, store.RouteValues);
        if ((await authorization.AuthorizeAsync(user, access, policy)).Succeeded)
            return StoreVerdict.Allowed;
        if (store.Options.HideForbidden)
            return StoreVerdict.Hidden;
        return user.Identity?.IsAuthenticated == true ? StoreVerdict.Forbidden : StoreVerdict.Unauthenticated;
    }
}
