using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Several messages as one: hub protocols delimit their messages themselves, so they may follow each other in one write. The
/// readers of a store run one after the other, and those at the same position send the same frames: so a thread caches what it
/// joined last, for the next reader.
/// </summary>
internal sealed class JoinedFrames
{
    /// <summary>Larger results are not cached: they would stay until the thread joins something else.</summary>
    public const int MaxKeptBytes = LargeWrites.Threshold;

    [ThreadStatic]
    private static JoinedFrames? t_last;

    private readonly Frame[] _frames;
    private readonly SerializedHubMessage _message;

    private JoinedFrames(in FrameBatch batch, SerializedHubMessage message)
    {
        _frames = new Frame[batch.Count];
        for (var i = 0; i < _frames.Length; i++)
            _frames[i] = batch[i];
        _message = message;
    }

    /// <summary>Joins the frames of a batch.</summary>
    /// <param name="batch">The frames. Each belongs to one hub protocol, so the same frames are the same bytes.</param>
    /// <param name="protocol">The hub protocol's name.</param>
    public static SerializedHubMessage Of(in FrameBatch batch, string protocol)
    {
        if (t_last is { } last && last.Has(batch))
            return last._message;
        var bytes = new byte[batch.Length];
        batch.CopyTo(bytes);
        var message = HubFrame.Wrap(protocol, bytes);
        if (bytes.Length <= MaxKeptBytes)
            t_last = new JoinedFrames(batch, message);
        return message;
    }

    private bool Has(in FrameBatch batch)
    {
        if (_frames.Length != batch.Count)
            return false;
        for (var i = _frames.Length - 1; i >= 0; i--) // the newest first: they differ most often
            if (!ReferenceEquals(_frames[i], batch[i]))
                return false;
        return true;
    }
}
