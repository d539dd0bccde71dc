using System.Buffers;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// A wire format: message to bytes, and nothing else. One instance serves all subscribers of the format, and renders each message once:
/// the instance is the key under which the bytes are found again.
/// </summary>
internal abstract class FrameEncoder
{
    /// <summary>What is sent after a time of silence; null where the transport keeps itself alive.</summary>
    public virtual Frame? KeepAlive => null;

    /// <summary>Whether the format can announce a reset. Where it cannot, a reset ends the subscription: messages are never missing silently.</summary>
    public virtual bool AnnouncesResets => true;

    /// <summary>Renders a message or a reset. Called once for each of a store's messages, and once per subscriber where a connection carries several stores.</summary>
    /// <param name="content">The message.</param>
    /// <returns>The frame.</returns>
    public abstract Frame Encode(in FrameContent content);

    internal Frame GetFrame(string store, MessageEntry entry) =>
        entry.Render((object)this, (Encoder: this, Store: store), static (state, entry) => state.Encoder.Encode(new FrameContent(state.Store, entry.Message.Id, entry.Message)));

    /// <summary>Collects what a callback writes into an array of exactly that size.</summary>
    /// <param name="content">What to render.</param>
    /// <param name="write">Writes the bytes.</param>
    /// <returns>The bytes.</returns>
    protected static byte[] Render(in FrameContent content, WriteFrame write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var buffer = new ArrayBufferWriter<byte>(256);
        write(content, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a message's bytes.</summary>
    /// <param name="content">The message.</param>
    /// <param name="output">Where to write.</param>
    protected delegate void WriteFrame(in FrameContent content, IBufferWriter<byte> output);
}
