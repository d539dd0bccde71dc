using System.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Hubs;

namespace Tornadose.SignalR.Tests.Hubs;

public sealed class JoinedFramesTests
{
    private readonly HubFrame[] _frames = [.. Enumerable.Range(0, 20).Select(static i => Frame($"<{i}>"))];

    [Fact]
    public void Of_TheSameFrames_IsJoinedOnceForAllThatSendThem()
    {
        var first = Join(_frames);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var batch = Batch(_frames);
        for (var reader = 0; reader < 1000; reader++)
            Assert.Same(first, JoinedFrames.Of(batch, "json"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
        Assert.Equal(string.Concat(Enumerable.Range(0, 20).Select(static i => $"<{i}>")), Text(first));
    }

    /// <summary>Other connections may have skipped a frame, have read fewer or more, or read the same text of another store.</summary>
    [Fact]
    public void Of_OtherFrames_IsWhatThoseSay()
    {
        Assert.Equal("<0><1><2><3>", Text(Join(_frames[..4])));
        Assert.Equal("<0><1><2>", Text(Join(_frames[..3])));
        Assert.Equal("<0><2><3>", Text(Join([_frames[0], .. _frames[2..4]])));
        Assert.Equal("<0><1><3>", Text(Join([.. _frames[..2], _frames[3]])));
        Assert.Equal("<1><2><3>", Text(Join(_frames[1..4])));
        var mine = Join(_frames[1..4]);
        Assert.NotSame(mine, Join([Frame("<1>"), .. _frames[2..4]]));
    }

    [Fact]
    public void Of_MoreThanIsKept_IsJoinedEachTime()
    {
        HubFrame[] large = [Frame(new string('x', JoinedFrames.MaxKeptBytes)), _frames[0]];
        Assert.NotSame(Join(large), Join(large));
    }

    private static SerializedHubMessage Join(HubFrame[] frames) => JoinedFrames.Of(Batch(frames), "json");

    private static FrameBatch Batch(HubFrame[] frames)
    {
        var batch = default(FrameBatch);
        foreach (var frame in frames)
            batch.Add(frame);
        return batch;
    }

    private static HubFrame Frame(string text) => new("json", Encoding.UTF8.GetBytes(text), null);

    private static string Text(SerializedHubMessage message) =>
        Encoding.UTF8.GetString(message.GetSerializedMessage(new JsonHubProtocol()).Span);
}
