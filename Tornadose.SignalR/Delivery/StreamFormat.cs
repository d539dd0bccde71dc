using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A transport of a store's URL, chosen by the media type in <c>Accept</c>: an encoder, and a sink for each connection, on the loop that
/// serves all transports. Add your own by <c>AddTornadose().AddStreamFormat&lt;TFormat&gt;()</c>; it is made once, by the container.
/// Everything else that a subscription is, it has from the loop: ids and resume, resets, slow readers, keep-alives, several stores on one
/// connection, authorization, limits, the drain, metrics, the inspector.
/// </summary>
public abstract class StreamFormat
{
    /// <summary>Makes a format.</summary>
    /// <param name="name">What the transport is called by metrics, logs and the inspector: 1 to 32 small letters, digits and <c>-</c>. No
    /// other format may have it.</param>
    /// <param name="mediaType">The media type that clients ask for and the response has, as <c>application/x-foo</c>; without parameters.
    /// No other format may have it.</param>
    /// <param name="encoder">Renders the messages.</param>
    /// <exception cref="ArgumentException">The name or the media type cannot be used.</exception>
    protected StreamFormat(string name, string mediaType, FrameEncoder encoder)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(mediaType);
        ArgumentNullException.ThrowIfNull(encoder);
        if (name.Length > 32 || !name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new ArgumentException(
                $"'{name}' is not a transport's name: it must have 1 to 32 small letters, digits and '-'.", nameof(name));
        if (!Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(mediaType, out var parsed)
            || parsed.Parameters.Count > 0 || parsed.MatchesAllSubTypes)
            throw new ArgumentException(
                $"'{mediaType}' is not a media type without parameters, as in 'application/x-foo'.", nameof(mediaType));
        (Name, MediaType, Encoder) = (name, mediaType, encoder);
    }

    /// <summary>What the transport is called by metrics, logs and the inspector.</summary>
    public string Name { get; }

    /// <summary>The media type that clients ask for, and that the response has.</summary>
    public string MediaType { get; }

    /// <summary>Renders the messages, once for all connections.</summary>
    public FrameEncoder Encoder { get; }

    /// <summary>
    /// Looks at a request before anything is opened for it: what is wrong with the parameters that only this format knows. Before
    /// authorization, too: what it says must depend on the request alone. Default: nothing is wrong.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>A sentence for the client that says what would be right, which is answered with 400; null when nothing is wrong.</returns>
    public virtual string? FindFault(HttpRequest request) => null;

    /// <summary>
    /// Makes the sink of one connection. Authorization and limits are behind it, and the response's headers are set: the media type, and
    /// what keeps proxies and middleware from storing, collecting or compressing the body. More headers may be added. Default: a <see
    /// cref="ResponseSink"/>.
    /// </summary>
    /// <param name="context">The connection.</param>
    /// <returns>The sink.</returns>
    public virtual IFrameSink CreateSink(StreamContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new ResponseSink(context.HttpContext.Response);
    }
}
