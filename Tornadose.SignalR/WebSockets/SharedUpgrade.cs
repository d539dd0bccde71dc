using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// Stands between the framework's WebSocket handshake and the server, so that the upgraded connection can be shared. Handshake, framing of
/// what comes in, pings, pongs and the closing handshake stay the framework's.
/// </summary>
internal sealed class SharedUpgrade(
    IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    /// <summary>The connection; null before the handshake.</summary>
    public SharedUpgradeStream? Stream { get; private set; }

    public bool IsUpgradableRequest => upgrade?.IsUpgradableRequest ?? false;

    public bool IsExtendedConnect => connect?.IsExtendedConnect ?? false;

    public string? Protocol => connect?.Protocol;

    /// <summary>Whether the request may become something else, or wants to: only then there is a handshake to stand in.</summary>
    public static bool IsPossible(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
            || context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;

    /// <summary>
    /// Middleware that comes before the framework's own. Where the application has used WebSockets as well, its handshake has looked at
    /// the origin already, but would not share the connection: it is taken away, so that the one that follows makes its own.
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
