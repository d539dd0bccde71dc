using System.Text;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.Messages;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>Renders a message as its text, a reset in words, and a keep-alive as <c>keep-alive</c>; counts its renderings.</summary>
internal sealed class FakeEncoder(bool keepsAlive = true, bool announcesResets = true) : FrameEncoder
{
    private int _rendered;

    public int Rendered => Volatile.Read(ref _rendered);

    public Action OnKeepAlive { get; set; } = () => { };

    public override Frame? KeepAlive
    {
        get
        {
            OnKeepAlive();
            return keepsAlive ? new Frame("keep-alive"u8.ToArray()) : null;
        }
    }

    public override bool AnnouncesResets => announcesResets;

    public Action<FrameContent> OnEncode { get; set; } = _ => { };

    public override Frame Encode(in FrameContent content)
    {
        Interlocked.Increment(ref _rendered);
        OnEncode(content);
        return new Frame(Encoding.UTF8.GetBytes(content.Message.Word()));
    }
}
