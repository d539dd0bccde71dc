using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// Which web pages may open a WebSocket, publish, get a ticket or end a subscriber. CORS guards neither WebSockets nor forms, and browsers
/// send their cookies along from any page: so, without a word of the application, only pages of the same host may (RFC 6455 §10.2).
/// </summary>
internal static class PageOrigin
{
    private const string Anything = "*";

    /// <summary>Why the request is refused; null when its page may send it.</summary>
    public static (int Status, string Text)? Fault(HttpRequest request, ICollection<string> allowed) => IsAllowed(request, allowed)
        ? null
        : (StatusCodes.Status403Forbidden,
            "Pages of this origin may not connect here. The server's administrator can allow them: TornadoseOptions.AllowedOrigins.");

    /// <param name="request">The request, of a WebSocket its handshake.</param>
    /// <param name="allowed">Further origins, as browsers send them; a host's name may be in Unicode as well.</param>
    public static bool IsAllowed(HttpRequest request, ICollection<string> allowed)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0)
            return true; // not a browser: nobody's cookies are abused
        return origin is [{ Length: > 0 } only] && (IsOwn(only, request) || IsListed(only, allowed));
    }

    /// <summary>
    /// A page of the same host, by either of two proofs. <c>Sec-Fetch-Site</c> is the browser's own word, which no page can set, and holds
    /// behind a proxy that changes the host; browsers send it to secure origins. The host is what is left where they do not.
    /// </summary>
    private static bool IsOwn(string origin, HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is ["same-origin"] || IsSameHost(origin, request.Headers.Host.ToString());

    /// <summary>
    /// The scheme is left out: behind a proxy that ends TLS the server does not know it. Nor does it then know the port where that is the
    /// scheme's own.
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
    /// A host's name in the one form of it that browsers send, punycode (RFC 3492): the framework reads it as people do. Null for what is
    /// no name.
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
