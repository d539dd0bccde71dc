using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>
/// Programs are refused with 401 and 403, and with the challenge that tells them how to sign in, whatever an application's schemes do
/// for browsers.
/// </summary>
public sealed class ChallengeTests
{
    private static readonly Dictionary<string, (string Method, string Path, (string Name, string Value)[] Headers)> Entrances = new()
    {
        ["SSE"] = ("GET", "/stores/orders", [("Accept", "text/event-stream")]),
        ["NDJSON"] = ("GET", "/stores/orders", [("Accept", "application/x-ndjson")]),
        ["snapshot"] = ("GET", "/stores/orders", [("Accept", "application/json")]),
        ["long polling"] = ("GET", "/stores/orders?wait=1s", []),
        ["HEAD"] = ("HEAD", "/stores/orders", []),
        ["list"] = ("GET", "/stores?store=orders", []),
        ["browser"] = ("GET", "/stores/orders", [("Accept", "text/html, */*")]),
        ["WebSocket"] = ("GET", "/stores/orders", [.. RawWs.HandshakeHeaders]),
        ["publishing"] = ("POST", "/stores/orders", [("Content-Type", "text/plain"), ("Content-Length", "0")]),
        ["ticket"] = ("POST", "/stores/_ticket", [("Content-Type", "application/json"), ("Content-Length", "0")]),
        ["hub negotiation"] = ("POST", "/hub/negotiate?negotiateVersion=1", [("Content-Length", "0")]),
        ["hub"] = ("GET", "/hub", [.. RawWs.HandshakeHeaders]),
        ["inspector's JSON"] = ("GET", "/stores/_inspect", [("Accept", "application/json")]),
        ["inspector's DELETE"] = ("DELETE", "/stores/_inspect/subscribers/x", []),
    };

    public static TheoryData<string, string> EntrancesAndSchemes =>
        [.. new[] { "cookies", "cookies of its own", "remote", "form", "policy scheme", "result handler", "fallback" }.SelectMany(
            static scheme => Entrances.Keys.Select(entrance => (scheme, entrance)))];

    public static TheoryData<string> StoreEntrances =>
        ["SSE", "NDJSON", "snapshot", "long polling", "HEAD", "list", "WebSocket", "publishing", "ticket"];

    [Theory, MemberData(nameof(EntrancesAndSchemes)), Case("SEC-01", "SEC-02")]
    public async Task RequireAuthorization_SchemesForPeople_AreAnsweredByStatus(string scheme, string entrance)
    {
        await using var host = await StartAsync(scheme, requireAuthorization: scheme != "fallback");
        await using var anonymous = await SendAsync(host, entrance);
        Assert.Equal((401, null, null), (anonymous.Status, anonymous.Header("Location"), anonymous.Header("Set-Cookie")));
    }

    [Theory, MemberData(nameof(EntrancesAndSchemes)), Case("SEC-01", "SEC-02")]
    public async Task RequireAuthorization_UserWhoMayNot_Is403(string scheme, string entrance)
    {
        await using var host = await StartAsync(
            scheme, requireAuthorization: scheme != "fallback", policy: static policy => policy.RequireUserName("somebody else"));
        await using var refused = await SendAsync(host, entrance, ("X-User", "ann"));
        Assert.Equal((403, null), (refused.Status, refused.Header("Location")));
    }

    [Fact]
    public async Task Inspector_APersonAsks_IsSentToSignIn()
    {
        await using var host = await StartAsync("remote", requireAuthorization: true);
        await using var page = await RawHttp.GetAsync(host.Url("/stores/_inspect"), ("Accept", "text/html"));
        Assert.Equal(302, page.Status);
    }

    [Fact]
    public async Task Challenge_OfOtherEndpoints_IsLeftAlone()
    {
        await using var host = await StartAsync("remote", requireAuthorization: true);
        await using var page = await RawHttp.GetAsync(host.Url("/page"));
        Assert.Equal(302, page.Status);
    }

    [Theory, MemberData(nameof(StoreEntrances)), Case("SEC-01")]
    public async Task StoresPolicy_NobodySignedIn_ComesWithTheDefaultChallenge(string entrance)
    {
        await using var host = await StartAsync("basic", requireAuthorization: false);
        await using var anonymous = await SendAsync(host, entrance);
        Assert.Equal((401, "Basic realm=\"stores\""), (anonymous.Status, anonymous.Header("WWW-Authenticate")));
        Assert.Equal(entrance == "HEAD" ? "" : "Sign in first.\n", await anonymous.ReadTextAsync());
    }

    [Theory, MemberData(nameof(StoreEntrances)), Case("SEC-01")]
    public async Task StoresPolicy_SchemesOfItsOwn_AreTheChallenge(string entrance)
    {
        await using var host = await StartAsync(
            "remote", requireAuthorization: false,
            policy: static policy => policy.AddAuthenticationSchemes("basic", "negotiate").RequireAuthenticatedUser());
        await using var anonymous = await SendAsync(host, entrance);
        Assert.Equal(401, anonymous.Status);
        if (entrance != "ticket") // for a ticket one signs in with the application's own scheme
            Assert.Equal("Basic realm=\"stores\", Negotiate", anonymous.Header("WWW-Authenticate"));
    }

    [Theory, MemberData(nameof(StoreEntrances)), Case("SEC-02")]
    public async Task StoresPolicy_SchemesForPeople_AreAnsweredByStatus(string entrance)
    {
        foreach (var scheme in new[] { "cookies of its own", "remote", "form", "policy scheme", "broken" })
        {
            await using var host = await StartAsync(scheme, requireAuthorization: false);
            await using var anonymous = await SendAsync(host, entrance);
            Assert.Equal((401, null, null), (anonymous.Status, anonymous.Header("Location"), anonymous.Header("Set-Cookie")));
            Assert.Equal(entrance == "HEAD" ? "" : "Sign in first.\n", await anonymous.ReadTextAsync());
        }
    }

    private static Task<RawHttp> SendAsync(TestHost host, string entrance, params (string Name, string Value)[] more)
    {
        var (method, path, headers) = Entrances[entrance];
        return RawHttp.SendAsync(host.Url(path), method, [.. headers, .. more]);
    }

    private static Task<TestHost> StartAsync(
        string scheme, bool requireAuthorization, Action<AuthorizationPolicyBuilder>? policy = null) =>
        TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
            var challenged = scheme switch { "fallback" or "result handler" => "remote", _ => scheme };
            builder.Services
                .AddAuthentication(options => (options.DefaultScheme, options.DefaultChallengeScheme, options.DefaultForbidScheme) = (
                    "named", challenged, challenged == "form" ? "remote" : challenged))
                .AddScheme<AuthenticationSchemeOptions, NamedUser>("named", null)
                .AddScheme<AuthenticationSchemeOptions, NamedUser>("form", null)
                .AddScheme<AuthenticationSchemeOptions, NamedUser>("basic", null)
                .AddScheme<AuthenticationSchemeOptions, NamedUser>("negotiate", null)
                .AddScheme<AuthenticationSchemeOptions, NamedUser>("broken", null)
                .AddCookie("cookies")
                .AddCookie("cookies of its own", static cookies =>
                {
                    cookies.Events.OnRedirectToLogin = static context => RedirectAsync(context.Response);
                    cookies.Events.OnRedirectToAccessDenied = static context => RedirectAsync(context.Response);
                })
                .AddOAuth("remote", static remote =>
                {
                    (remote.ClientId, remote.ClientSecret, remote.CallbackPath, remote.SignInScheme) = (
                        "id", "secret", "/signed-in", "cookies");
                    (remote.AuthorizationEndpoint, remote.TokenEndpoint) = (
                        "https://identity.example/authorize", "https://identity.example/token");
                })
                .AddPolicyScheme(
                    "policy scheme", null,
                    static forward => (forward.ForwardChallenge, forward.ForwardForbid) = ("remote", "cookies of its own"));
            var named = new AuthorizationPolicyBuilder().RequireAuthenticatedUser();
            policy?.Invoke(named);
            builder.Services.AddAuthorizationBuilder().AddPolicy("named", named.Build());
            if (scheme == "fallback")
                builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(named.Build());
            builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero).AddQueueStore("orders", options =>
            {
                if (!requireAuthorization && scheme != "fallback")
                    (options.ReadPolicy, options.PublishPolicy) = ("named", "named");
            });
            if (scheme == "result handler")
                builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, SendToSignIn>(); // after the stores
        },
        app =>
        {
            Action<IEndpointConventionBuilder> guard = requireAuthorization ? static endpoints =>
                endpoints.RequireAuthorization("named") : static _ => { };
            guard(app.MapStores("/stores"));
            guard(app.MapStoreHub("/hub"));
            var publishing = app.MapStorePublishing("/stores");
            if (scheme == "fallback")
                publishing.WithMetadata(new AuthorizeAttribute("named"));
            else if (requireAuthorization)
                publishing.RequireAuthorization("named");
            else
                publishing.AllowAnonymous();
            app.MapStoreInspector("/stores/_inspect").RequireAuthorization("named");
            app.MapGet("/page", static () => "page").RequireAuthorization("named");
        });

    private static Task RedirectAsync(HttpResponse response)
    {
        response.Cookies.Append("return", "here");
        response.Redirect("/sign-in");
        return Task.CompletedTask;
    }

    private sealed class SendToSignIn : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(
            RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
            authorizeResult.Succeeded ? next(context) : RedirectAsync(context.Response);
    }

    /// <summary>Authenticates a user by the header <c>X-User</c>; the schemes differ in how they challenge.</summary>
    private sealed class NamedUser(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Scheme.Name == "named" && Request.Headers["X-User"] is [{ } user]
                ? AuthenticateResult.Success(new AuthenticationTicket(new System.Security.Claims.ClaimsPrincipal(
                    new System.Security.Claims.ClaimsIdentity([new("name", user)], "named", "name", null)), "named"))
                : AuthenticateResult.NoResult());

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            switch (Scheme.Name)
            {
                case "form": // as OpenID Connect does with form_post
                    Response.ContentType = "text/html;charset=UTF-8";
                    Response.Cookies.Append("nonce", "x");
                    return Response.Body.WriteAsync(Encoding.UTF8.GetBytes("<form>")).AsTask();
                case "broken":
                    throw new HttpRequestException("The identity provider cannot be reached.");
                default:
                    Response.Headers.Append("WWW-Authenticate", Scheme.Name == "basic" ? "Basic realm=\"stores\"" : "Negotiate");
                    return base.HandleChallengeAsync(properties);
            }
        }
    }
}
