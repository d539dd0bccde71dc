using System.Buffers;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A wire format: message to bytes, and nothing else. One instance serves all subscribers of the format, which share the rendered bytes:
/// the instance is the key under which they are cached.
/// </summary>
/// <remarks>
/// It is called on a thread that serves many subscribers of a store, which wait meanwhile: it must not block or do I/O. Different messages
/// may be encoded on several threads at once. The same content must give the same bytes for every subscriber; whatever differs between
/// connections belongs in the sink. An exception ends the subscriptions that read the message, with the reason <c>failed</c>.
/// </remarks>
public abstract class FrameEncoder
{
    /// <summary>The cache key of the rendering for connections that carry several stores.</summary>
    private readonly object _named = new();

    /// <summary>The cache key of the rendering without the id, where the id differs between readers.</summary>
    private readonly object _rest = new();

    /// <summary>
    /// The frame that is sent after a time of silence (<see cref="TornadoseOptions.KeepAlive"/>), which clients must skip; null if the
    /// transport has keep-alives of its own. Default null.
    /// </summary>
    public virtual Frame? KeepAlive => null;

    /// <summary>
    /// Whether the format can announce a reset. If it cannot, a reset ends the subscription, so that messages are never missing
    /// silently. Default true.
    /// </summary>
    public virtual bool AnnouncesResets => true;

    /// <summary>
    /// Whether the format has a frame for the end of a completed store. If it has none, nothing is written. Either way, the sink's
    /// <see cref="IFrameSink.CloseAsync"/> is called with <see cref="SubscriberEnd.Completed"/> once all stores of the connection are
    /// complete. Default false.
    /// </summary>
    public virtual bool AnnouncesEnds => false;

    /// <summary>
    /// Renders a message, or, where <see cref="StoreMessage.Reset"/> is not null, a reset, or, where <see cref="StoreMessage.IsEnd"/> is
    /// true, an end (only with <see cref="AnnouncesEnds"/>). Called once for each of a store's messages. On connections that carry several
    /// stores it is called once for each subscriber, because the id is that subscriber's own.
    /// </summary>
    /// <param name="content">The message.</param>
    /// <returns>A complete frame, which other frames may follow in the same write.</returns>
    public abstract Frame Encode(in FrameContent content);

    internal Frame GetFrame(string store, MessageEntry entry) =>
        entry.Render(
            (object)this, (Encoder: this, Store: store),
            static (state, entry) => state.Encoder.Encode(new FrameContent(state.Store, entry.Message.Id, entry.Message)));

    /// <summary>
    /// Whether a message can be rendered as two frames, its id and the rest. On a connection that carries several stores, the id is the
    /// vector of that reader's positions; the rest, which may be large, can still be shared.
    /// </summary>
    internal virtual bool SharesRest => false;

    /// <summary>Renders everything but the id. The content has no id, and names its store.</summary>
    internal virtual Frame EncodeRest(in FrameContent content) => throw new NotSupportedException();

    /// <summary>Renders the id that comes before the rest.</summary>
    internal virtual Frame EncodeId(ReadOnlySpan<byte> id, Frame rest) => throw new NotSupportedException();

    /// <summary>The message with its own id and its store's name: the same bytes for all readers whose id is not a vector.</summary>
    internal Frame GetNamed(string store, MessageEntry entry) =>
        entry.Render(_named, (Encoder: this, Store: store), static (state, entry) =>
            state.Encoder.Encode(new FrameContent(state.Store, entry.Message.Id, entry.Message, namesStore: true)));

    internal Frame GetRest(string store, MessageEntry entry) =>
        entry.Render(_rest, (Encoder: this, Store: store), static (state, entry) =>
            state.Encoder.EncodeRest(new FrameContent(state.Store, null, entry.Message, namesStore: true)));

    /// <summary>Collects what a callback writes into an array of exactly that size.</summary>
    private protected static byte[] Render(in FrameContent content, WriteFrame write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        write(content, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private protected delegate void WriteFrame(in FrameContent content, IBufferWriter<byte> output);
}
