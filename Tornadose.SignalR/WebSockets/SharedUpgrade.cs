using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// Sits between the framework's WebSocket handshake and the server, so that the upgraded connection can be shared. The framework still
/// handles the handshake, inbound frames, pings, pongs and the closing handshake.
/// </summary>
internal sealed class SharedUpgrade(
    IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    /// <summary>The connection; null before the handshake.</summary>
    public SharedUpgradeStream? Stream { get; private set; }

    public bool IsUpgradableRequest => upgrade?.IsUpgradableRequest ?? false;

    public bool IsExtendedConnect => connect?.IsExtendedConnect ?? false;

    public string? Protocol => connect?.Protocol;

    /// <summary>Whether the request may be upgraded or is an extended CONNECT: only then is there a handshake to wrap.</summary>
    public static bool IsPossible(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
            || context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;

    /// <summary>
    /// Middleware that runs before the framework's own. If the application uses WebSockets as well, its handshake has checked the origin
    /// already but would not share the connection: it is removed, so that the middleware that follows adds its own.
    /// </summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        var connect = context.Features.Get<IHttpExtendedConnectFeature>();
        var shared = new SharedUpgrade(upgrade, connect);
        context.Features.Set(shared);
        if (upgrade is not null)
            context.Features.Set<IHttpUpgradeFeature>(shared);
        if (connect is not null)
            context.Features.Set<IHttpExtendedConnectFeature>(shared);
        if (shared.IsUpgradableRequest || shared.IsExtendedConnect)
            context.Features.Set<IHttpWebSocketFeature>(null);
        return next(context);
    }

    public async Task<Stream> UpgradeAsync() => Stream = new SharedUpgradeStream(await upgrade!.UpgradeAsync());

    public async ValueTask<Stream> AcceptAsync() => Stream = new SharedUpgradeStream(await connect!.AcceptAsync());
}
