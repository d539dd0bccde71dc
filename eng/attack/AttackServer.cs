using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tornadose.SignalR;

namespace Tornadose.Attack;

/// <summary>An application with default options, whose stores everybody may read and publish to.</summary>
internal static class AttackServer
{
    public static async Task<int> RunAsync(string[] options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(Listen);
        builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("everybody", static policy => policy.RequireAssertion(static _ => true));
        var stores = builder.Services.AddTornadose()
            .AddQueueStore("honest")
            .AddQueueStore("orders", static store => store.PublishPolicy = "everybody")
            .AddQueueStore("devices/{id}");
        if (options is ["--redis", var port])
            stores.AddStackExchangeRedis($"127.0.0.1:{port}");
        var app = builder.Build();
        if (options is ["--plain-hub"])
            app.MapHub<StoreHub>("/hubs/stores");
        else
            app.MapStoreHub("/hubs/stores");
        app.MapStores("/stores");
        app.MapStorePublishing("/stores").AllowAnonymous();
        app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Console.WriteLine($"port {addresses.Select(static address => new Uri(address).Port).Min()}");
        await Console.In.ReadToEndAsync(); // until the harness ends
        return 0;
    }

    /// <summary>Two ports side by side, because HTTP/2 without TLS cannot be negotiated.</summary>
    private static void Listen(KestrelServerOptions kestrel)
    {
        var port = 20_000 + (2 * Random.Shared.Next(5_000));
        kestrel.ListenLocalhost(port, static listen => listen.Protocols = HttpProtocols.Http1);
        kestrel.ListenLocalhost(port + 1, static listen => listen.Protocols = HttpProtocols.Http2);
    }

    /// <summary>Trusts the user name that the client sends.</summary>
    private sealed class HeaderAuthentication(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["X-User"] is [{ } name]
                ? AuthenticateResult.Success(new AuthenticationTicket(
                    new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult());
    }
}
