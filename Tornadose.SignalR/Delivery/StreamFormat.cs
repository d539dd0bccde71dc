using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A transport of a store's URL, chosen by the media type in <c>Accept</c>: an encoder, and a sink for each connection, on the loop that
/// serves all transports. Add your own by <c>AddTornadose().AddStreamFormat&lt;TFormat&gt;()</c>; the container creates it once. The loop
/// provides everything else: ids and resume, resets, slow readers, keep-alives, several stores on one connection, authorization, limits,
/// the drain, metrics, the inspector.
/// </summary>
public abstract class StreamFormat
{
    /// <summary>Makes a format.</summary>
    /// <param name="name">The transport's name in metrics, logs and the inspector: 1 to 32 lower-case letters, digits and <c>-</c>. No
    /// other format may have it.</param>
    /// <param name="mediaType">The media type that clients ask for and the response has, such as <c>application/x-foo</c>, without
    /// parameters. No other format may have it.</param>
    /// <param name="encoder">Renders the messages.</param>
    /// <exception cref="ArgumentException">The name or the media type is not valid.</exception>
    protected StreamFormat(string name, string mediaType, FrameEncoder encoder)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(mediaType);
        ArgumentNullException.ThrowIfNull(encoder);
        if (name.Length > 32 || !name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new ArgumentException(
                $"'{name}' is not a valid transport name: it must have 1 to 32 lower-case letters, digits and '-'.", nameof(name));
        if (!Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(mediaType, out var parsed)
            || parsed.Parameters.Count > 0 || parsed.MatchesAllSubTypes)
            throw new ArgumentException(
                $"'{mediaType}' is not a media type without parameters, as in 'application/x-foo'.", nameof(mediaType));
        (Name, MediaType, Encoder) = (name, mediaType, encoder);
    }

    /// <summary>The transport's name in metrics, logs and the inspector.</summary>
    public string Name { get; }

    /// <summary>The media type that clients ask for, and that the response has.</summary>
    public string MediaType { get; }

    /// <summary>Renders the messages, once for all connections.</summary>
    public FrameEncoder Encoder { get; }

    /// <summary>
    /// Validates the parameters that only this format knows, before anything is opened for the request. It runs before authorization, so
    /// the result must depend on the request alone. Default: nothing is wrong.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>A sentence that tells the client what would be valid, which is sent with status 400; null if nothing is wrong.</returns>
    public virtual string? FindFault(HttpRequest request) => null;

    /// <summary>
    /// Creates the sink of one connection. Authorization and limits have been checked, and the response's headers are set: the media
    /// type, and those that keep proxies and middleware from storing, buffering or compressing the body. More headers may be added.
    /// Default: a <see cref="ResponseSink"/>.
    /// </summary>
    /// <param name="context">The connection.</param>
    /// <returns>The sink.</returns>
    public virtual IFrameSink CreateSink(StreamContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ResponseSink(context.HttpContext.Response);
    }
}
