using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>
/// An application whose family <c>devices/{owner}</c> belongs to the user of that name, and to <c>admin</c>. Who a request is from, it says itself: <c>?user=ann</c>.
/// </summary>
internal static class RolesApp
{
    public const string Store = "devices/ann";

    public static Task<TestHost> StartAsync(bool hideForbidden = false) => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddAuthentication("query").AddScheme<AuthenticationSchemeOptions, QueryAuthentication>("query", null);
            builder.Services.AddSingleton<IAuthorizationHandler, OwnStore>();
            builder.Services.AddAuthorizationBuilder()
                .AddPolicy("own", policy => policy.AddRequirements(new OwnStoreRequirement(StoreOperation.Read)))
                .AddPolicy("own-publish", policy => policy.AddRequirements(new OwnStoreRequirement(StoreOperation.Publish)));
            builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero).AddQueueStore("devices/{owner}", options =>
            {
                options.ReadPolicy = "own";
                options.PublishPolicy = "own-publish";
                options.HideForbidden = hideForbidden;
            }).AddQueueStore("plain");
        },
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapStores("/stores");
            app.MapStoreHub("/hub");
            app.MapStorePublishing("/stores").AllowAnonymous();
        });

    private sealed record OwnStoreRequirement(StoreOperation Operation) : IAuthorizationRequirement;

    private sealed class OwnStore : AuthorizationHandler<OwnStoreRequirement, StoreAccess>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, OwnStoreRequirement requirement, StoreAccess resource)
        {
            if (resource.Operation == requirement.Operation && (context.User.Identity?.Name == resource.RouteValues["owner"] || context.User.Identity?.Name == "admin"))
                context.Succeed(requirement);
            return Task.CompletedTask;
        }
    }

    private sealed class QueryAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Query["user"] is [{ } user]
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "query")), "query"))
            : AuthenticateResult.NoResult());
    }
}
