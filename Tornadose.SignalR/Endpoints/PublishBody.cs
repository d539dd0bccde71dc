using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>Reads the body of a publish request: its form, and its bytes, never more than the store accepts.</summary>
internal static class PublishBody
{
    /// <summary>A declared length reserves no more memory than this.</summary>
    private const int MaxTrustedLength = 64 * 1024;

    /// <summary>The names of UTF-8, and of ASCII, which is a subset of it.</summary>
    private static readonly string[] Utf8Names = ["utf-8", "utf8", "us-ascii", "ascii"];

    /// <summary>The media type of forms counts as text, because <c>curl -d</c> sends it by default; the body is taken as it is.</summary>
    public static BodyForm FormOf(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return string.IsNullOrEmpty(request.ContentType) ? BodyForm.Text : throw Unsupported();
        // A quoted value is the same as a bare one (RFC 9110 §5.6.6).
        if (type.Charset.HasValue
            && !Utf8Names.Contains(HeaderUtilities.UnescapeAsQuotedString(type.Charset).Value, StringComparer.OrdinalIgnoreCase))
            throw Unsupported();
        if (request.Headers.ContentEncoding is [{ Length: > 0 } coding, ..]
            && !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw Unsupported("A message must not be compressed, unless the application has app.UseRequestDecompression().");
        if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            return BodyForm.Json;
        if (type.MediaType.Equals(MessageLines.MediaType, StringComparison.OrdinalIgnoreCase))
            return BodyForm.Lines;
        return type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            ? BodyForm.Text
            : throw Unsupported();
    }

    public static BadHttpRequestException Unsupported() =>
        Unsupported("A message is text/plain or application/json, several are application/x-ndjson; in UTF-8.");

    /// <exception cref="MessageTooLargeException">It is larger than the limit.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, MessageStore store, int limit)
    {
        if (request.ContentLength > limit)
            throw new MessageTooLargeException(store.Name, request.ContentLength.Value, limit);
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = Math.Max(limit, size.MaxRequestBodySize ?? 0);
        var body = new ArrayBufferWriter<byte>((int)Math.Clamp(request.ContentLength ?? 0, 256, MaxTrustedLength));
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            foreach (var segment in read.Buffer)
                body.Write(segment.Span);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (body.WrittenCount > limit)
                throw new MessageTooLargeException(store.Name, body.WrittenCount, limit);
            if (read.IsCompleted)
                return body.WrittenSpan.ToArray(); // an exact copy, because it is kept for as long as the message
        }
    }

    private static BadHttpRequestException Unsupported(string reason) => new(reason, StatusCodes.Status415UnsupportedMediaType);
}
