using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The headers of a response that never ends: nothing on the way may store, collect or compress it.</summary>
internal static class StreamHeaders
{
    public const string Resume = "Tornadose-Resume";

    /// <summary>The current id, in the answer to <c>HEAD</c>.</summary>
    public const string Id = "Tornadose-Id";

    public static void Set(HttpResponse response, StreamFormat format)
    {
        response.ContentType = format.MediaType;
        // no-transform (RFC 9111 §5.2.2.6): compression on the way, as npm's "compression", takes "identity" for "not encoded yet", and
        // holds back what it compresses.
        response.Headers.CacheControl = "no-cache, no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        // A response that says how it is encoded is left alone by response compression, which would collect messages, and leak by their
        // compressed length.
        response.Headers.ContentEncoding = "identity";
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
    }

    /// <summary>
    /// Marks the request in traces as SignalR marks its own connections: its duration is that of a visit, and averages and alarms over
    /// requests leave it out.
    /// </summary>
    public static void MarkLongRunning(HttpContext context) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity?.SetTag("http.long_running", "true");

    /// <summary>Readies the connection for a response without end.</summary>
    public static void Unbuffer(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // Kestrel would cut an idle reader at its own minimum rate; the send timeout is ours to keep.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }
}
