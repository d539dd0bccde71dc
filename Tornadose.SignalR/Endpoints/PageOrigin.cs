using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Which web pages may open a WebSocket, publish, get a ticket or end a subscriber. CORS guards neither WebSockets nor forms, and browsers
/// send cookies with requests of any page: so by default only pages of the same host may (RFC 6455 §10.2).
/// </summary>
internal static class PageOrigin
{
    private const string Anything = "*";

    /// <summary>Why the request is refused; null when its page may send it.</summary>
    public static (int Status, string Text)? Fault(HttpRequest request, ICollection<string> allowed) => IsAllowed(request, allowed)
        ? null
        : (StatusCodes.Status403Forbidden,
            "Pages of this origin may not connect here. The server's administrator can allow them: TornadoseOptions.AllowedOrigins.");

    /// <param name="request">The request; for a WebSocket, its handshake.</param>
    /// <param name="allowed">Further origins, as browsers send them; a host's name may be in Unicode as well.</param>
    public static bool IsAllowed(HttpRequest request, ICollection<string> allowed)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0)
            return true; // not a browser: nobody's cookies are abused
        return origin is [{ Length: > 0 } only] && (IsOwn(only, request) || IsListed(only, allowed));
    }

    /// <summary>
    /// Whether the page is of the same host, by either of two proofs. <c>Sec-Fetch-Site</c> is set by the browser, cannot be set by a
    /// page, and holds behind a proxy that changes the host; browsers send it to secure origins. Where they do not, the host decides.
    /// </summary>
    private static bool IsOwn(string origin, HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is ["same-origin"] || IsSameHost(origin, request.Headers.Host.ToString());

    /// <summary>
    /// The scheme is not compared: behind a proxy that terminates TLS the server does not know it, nor the port where that
    /// is the scheme's default.
    /// </summary>
    private static bool IsSameHost(string origin, string host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page) && (page.Scheme == Uri.UriSchemeHttps || page.Scheme == Uri.UriSchemeHttp)
        && Uri.TryCreate($"{page.Scheme}://{host}", UriKind.Absolute, out var own)
        && AsciiHost(page) is { } name && name == AsciiHost(own)
        && page.Port == own.Port;

    private static bool IsListed(string origin, ICollection<string> allowed) =>
        allowed.Contains(origin) || allowed.Contains(Anything)
            || (allowed.Count > 0 && Form(origin) is { } form && allowed.Any(entry => Form(entry) == form));

    private static string? Form(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.PathAndQuery.Length <= 1 && !origin.EndsWith('/')
            && AsciiHost(page) is { } host
            ? $"{page.Scheme}://{host}:{page.Port}"
            : null;

    /// <summary>
    /// The host's name in punycode (RFC 3492), the form that browsers send; the framework decodes it to Unicode. Null for an invalid name.
    /// </summary>
    private static string? AsciiHost(Uri page)
    {
        try
        {
            return page.IdnHost;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }
}
