using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The headers of a response that never ends: nothing on the way may store, buffer or compress it.</summary>
internal static class StreamHeaders
{
    public const string Resume = "Tornadose-Resume";

    /// <summary>The current id, in the answer to <c>HEAD</c>.</summary>
    public const string Id = "Tornadose-Id";

    public static void Set(HttpResponse response, StreamFormat format)
    {
        response.ContentType = format.MediaType;
        // no-transform (RFC 9111 §5.2.2.6): compression on the way, such as npm's "compression", reads "identity" as "not encoded yet",
        // and buffers what it compresses.
        response.Headers.CacheControl = "no-cache, no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        // Response compression would buffer messages, and leak their content by the compressed length. It skips a response
        // that has a Content-Encoding.
        response.Headers.ContentEncoding = "identity";
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
    }

    /// <summary>
    /// Marks the request in traces as SignalR marks its own connections: its duration is that of a visit, so averages and alarms over
    /// requests can exclude it.
    /// </summary>
    public static void MarkLongRunning(HttpContext context) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity?.SetTag("http.long_running", "true");

    /// <summary>Prepares the connection for a response without end.</summary>
    public static void Unbuffer(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // Kestrel would abort an idle reader by its minimum data rate; our send timeout replaces that.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }
}
