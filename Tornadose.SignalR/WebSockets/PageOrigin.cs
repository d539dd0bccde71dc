using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// Which web pages may open a WebSocket. CORS does not guard WebSockets, and a browser sends its cookies along with a handshake from any page: so, without a word of the application, only
/// pages of the same host may (RFC 6455 §10.2).
/// </summary>
internal static class PageOrigin
{
    private const string Anything = "*";

    /// <param name="request">The handshake.</param>
    /// <param name="allowed">Further origins, exactly as browsers send them.</param>
    public static bool IsAllowed(HttpRequest request, ICollection<string> allowed)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0)
            return true; // not a browser: nobody's cookies are abused
        return origin is [{ } only] && (IsSameHost(only, request.Host) || allowed.Contains(only) || allowed.Contains(Anything));
    }

    /// <summary>The scheme is left out: behind a proxy that ends TLS the server does not know it. Nor does it then know the port where that is the scheme's own.</summary>
    private static bool IsSameHost(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && string.Equals(page.Host, host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is { } port ? page.Port == port : page.IsDefaultPort);
}
