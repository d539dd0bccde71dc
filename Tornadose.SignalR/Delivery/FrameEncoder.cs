using System.Buffers;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A wire format: message to bytes, and nothing else. One instance serves all subscribers of the format, and renders each message once:
/// the instance is the key under which the bytes are found again.
/// </summary>
/// <remarks>
/// It is called on the thread that serves all subscribers of a store, which wait meanwhile: it must not block, and does no I/O. Calls for
/// different messages come on several threads at a time. The same content gives the same bytes, whoever subscribes: what differs from one
/// connection to the other is the sink's. An exception ends the subscriptions that read the message, with the reason <c>failed</c>.
/// </remarks>
public abstract class FrameEncoder
{
    /// <summary>Under which an entry keeps the rendering for connections that carry several stores.</summary>
    private readonly object _named = new();

    /// <summary>The same for what comes after an id that differs from reader to reader.</summary>
    private readonly object _rest = new();

    /// <summary>
    /// What is sent after a time of silence (<see cref="TornadoseOptions.KeepAlive"/>), which clients have to skip; null where the
    /// transport keeps itself alive. Default null.
    /// </summary>
    public virtual Frame? KeepAlive => null;

    /// <summary>
    /// Whether the format can announce a reset. Where it cannot, a reset ends the subscription: messages are never missing silently.
    /// Default true.
    /// </summary>
    public virtual bool AnnouncesResets => true;

    /// <summary>
    /// Whether the format has a frame for the end of a store that was completed. Where it has none, nothing is written, and the sink's
    /// <see cref="IFrameSink.CloseAsync"/> is called with <see cref="SubscriberEnd.Completed"/> as in any case, once all stores of the
    /// connection are complete. Default false.
    /// </summary>
    public virtual bool AnnouncesEnds => false;

    /// <summary>
    /// Renders a message, or, where <see cref="StoreMessage.Reset"/> is not null, a reset, or, where <see cref="StoreMessage.IsEnd"/> is
    /// true, an end (only with <see cref="AnnouncesEnds"/>). Called once for each of a store's messages;
    /// where a connection carries several stores, for resets and ends once per subscriber.
    /// </summary>
    /// <param name="content">The message.</param>
    /// <returns>The frame: complete, so that others may follow it in the same write.</returns>
    public abstract Frame Encode(in FrameContent content);

    internal Frame GetFrame(string store, MessageEntry entry) =>
        entry.Render(
            (object)this, (Encoder: this, Store: store),
            static (state, entry) => state.Encoder.Encode(new FrameContent(state.Store, entry.Message.Id, entry.Message)));

    /// <summary>
    /// Whether a message can be rendered in two frames, its id and the rest. On a connection that carries several stores the id is the
    /// vector of that reader's positions: so the rest, which may be large, is shared all the same.
    /// </summary>
    internal virtual bool SharesRest => false;

    /// <summary>Renders everything but the id. The content has none, and names its store.</summary>
    internal virtual Frame EncodeRest(in FrameContent content) => throw new NotSupportedException();

    /// <summary>Renders the id that comes before the rest.</summary>
    internal virtual Frame EncodeId(ReadOnlySpan<byte> id, Frame rest) => throw new NotSupportedException();

    /// <summary>The message with its own id and its store's name, which is the same for every reader that has no other id.</summary>
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

    /// <summary>Writes a message's bytes.</summary>
    private protected delegate void WriteFrame(in FrameContent content, IBufferWriter<byte> output);
}
