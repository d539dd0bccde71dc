using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.Documents;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>
/// An application whose family <c>devices/{owner}</c> belongs to the user of that name, and to <c>admin</c>. A request names its user
/// itself: <c>?user=ann</c>, or the header <c>X-User</c>, with <c>X-Expires</c> for the seconds until the authentication expires.
/// </summary>
internal static class RolesApp
{
    public const string Store = "devices/ann";

    public static Task<TestHost> StartAsync(
        bool hideForbidden = false, TimeProvider? time = null, Action<TornadoseOptions>? configure = null,
        Action<ITornadoseBuilder>? add = null, Action<WebApplicationBuilder>? build = null,
        Action<IEndpointConventionBuilder>? stores = null, Action<WebApplication>? map = null) => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton(time ?? TimeProvider.System);
            builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
            builder.Services.AddSingleton<Rights>();
            builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, DeclaredAuthentication>("declared", null);
            builder.Services.AddSingleton<IAuthorizationHandler, OwnStore>();
            builder.Services.AddAuthorizationBuilder()
                .AddPolicy("own", policy => policy.AddRequirements(new OwnStoreRequirement(StoreOperation.Read)))
                .AddPolicy("own-publish", policy => policy.AddRequirements(new OwnStoreRequirement(StoreOperation.Publish)));
            var tornadose = builder.Services.AddTornadose(options =>
            {
                options.DrainWindow = TimeSpan.Zero;
                configure?.Invoke(options);
            }).AddQueueStore("devices/{owner}", options =>
            {
                options.ReadPolicy = "own";
                options.PublishPolicy = "own-publish";
                options.HideForbidden = hideForbidden;
            }).AddQueueStore("plain").AddHub<RolesHub>().AddDocumentedFormat();
            add?.Invoke(tornadose);
            build?.Invoke(builder);
        },
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            var mapped = app.MapStores("/stores");
            stores?.Invoke(mapped);
            app.MapStoreHub("/hub");
            app.MapStoreHub<RolesHub>("/derived");
            app.MapStorePublishing("/stores").AllowAnonymous();
            map?.Invoke(app);
        });

    private sealed record OwnStoreRequirement(StoreOperation Operation) : IAuthorizationRequirement;

    private sealed class OwnStore(Rights rights) : AuthorizationHandler<OwnStoreRequirement, StoreAccess>
    {
        protected override async Task HandleRequirementAsync(
            AuthorizationHandlerContext context, OwnStoreRequirement requirement, StoreAccess resource)
        {
            var user = context.User.Identity?.Name;
            var may = resource.Operation == requirement.Operation && (user == resource.RouteValues["owner"] || user == "admin")
                && !rights.Revoked.Contains(user);
            await rights.DecidedAsync();
            if (may)
                context.Succeed(requirement);
        }
    }

    private sealed class DeclaredAuthentication(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, TimeProvider time)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (((string?)Request.Query["user"] ?? Request.Headers["X-User"]) is not { } user)
                return Task.FromResult(AuthenticateResult.NoResult());
            var properties = new AuthenticationProperties();
            if ((string?)Request.Headers["X-Expires"] is { } seconds)
                properties.ExpiresUtc = time.GetUtcNow().AddSeconds(int.Parse(seconds, CultureInfo.InvariantCulture));
            var principal = new ClaimsPrincipal(
                new ClaimsIdentity([new Claim(ClaimTypes.Name, user), new Claim(ClaimTypes.NameIdentifier, user)], "declared"));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, properties, "declared")));
        }
    }
}
