using System.Text;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.Endpoints;
using Tornadose.SignalR.Tests.Messages;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>The id of a list of stores: short, cheap to create, and sufficient to resume all of them.</summary>
public sealed class PositionVectorTests
{
    [Theory, Case("HTTP-35"), InlineData(0, 0u), InlineData(1, 1u), InlineData(61, 7u), InlineData(62, uint.MaxValue),
        InlineData(long.MaxValue, 0x1a2b3c4du)]
    public void Parse_ShortForm_GivesThePositionBack(long offset, uint tag)
    {
        foreach (var epoch in (ulong[])[0, 1, 0x9f2c4e6a81b3d5f7, ulong.MaxValue])
        {
            var position = new MessagePosition(epoch, offset, tag);
            var text = ListMessage.ShortOf(position);

            Assert.Matches("^[A-Za-z][0-9A-Za-z]{10,20}$", text);
            Assert.True(ListedPosition.TryParse(text, out var parsed));
            Assert.Equal(position, parsed.Written with { Epoch = epoch });
            Assert.False(ListedPosition.TryParse(text.Insert(10, "A"), out _), "a position must have only one text form");
        }
    }

    [Fact, Case("HTTP-35")]
    public void Parse_VectorOfBothForms_GivesThePositions()
    {
        MessagePosition[] positions = [TestLog.At(1), TestLog.At(long.MaxValue), TestLog.At(0), TestLog.At(43)];
        foreach (var forms in Enumerable.Range(0, 16))
        {
            var id = string.Join(
                '-', positions.Select((position, index) => (forms & (1 << index)) == 0 ? $"{position}" : ListMessage.ShortOf(position)));

            Assert.Equal(positions, PositionVector.Parse(id).Select(static parsed => parsed.Written with { Epoch = TestLog.At(0).Epoch }));
        }
    }

    [Theory, Case("HTTP-18"), InlineData(""), InlineData("-"), InlineData("--"), InlineData("---"), InlineData("garbage")]
    [InlineData("AAAAAAAAAAA-"), InlineData("-AAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAA--AAAAAAAAAAA"), InlineData("zzzzzzzzzz1"), InlineData("AAAAAAAAAAAA"), InlineData("AAAAAAAAAA99999999999")]
    [InlineData("9223372036854775808"), InlineData("00000000000"), InlineData("AAAAAAAAAA_"), InlineData("AAAAAAAAAA\u0661")]
    [InlineData("9f2c4e6a81b3d5f7-42-1a2b3c4d-"), InlineData("9f2c4e6a81b3d5f7-42-1a2b3c4d-x"),
        InlineData("9f2c4e6a81b3d5f7-42-1a2b3c4d--1-1"), InlineData("-9f2c4e6a81b3d5f7-42-1a2b3c4d")]
    public void Parse_Garbage_GivesNoPosition(string id) => Assert.Empty(PositionVector.Parse(id));

    [Fact, Case("HTTP-18")]
    public void Parse_MorePositionsThanStores_GivesNone()
    {
        var position = ListMessage.ShortOf(TestLog.At(1));

        Assert.Equal(64, PositionVector.Parse(string.Join('-', Enumerable.Repeat(position, 64))).Count);
        Assert.Empty(PositionVector.Parse(string.Join('-', Enumerable.Repeat(position, 65))));
    }

    /// <summary>Attack 5: 500 readers of 64 stores got an id of 2 KiB with each message.</summary>
    [Fact, Case("HTTP-35")]
    public void Format_SixtyFourBusyStores_TakesFifteenBytesAStore()
    {
        var logs = Logs(64);
        foreach (var log in logs)
            log.AppendMany(1_000);

        Assert.InRange(new PositionVector(Feeds(logs, StartAt.Now)).GetText().Length, 64 * 11, 64 * 15);
    }

    [Fact, Case("HTTP-35")]
    public void Format_AfterEachMessage_IsWhatItWouldBeWrittenAnew()
    {
        var logs = Logs(20);
        var feeds = Feeds(logs, StartAt.Now);
        var vector = new PositionVector(feeds);
        var random = new Random(1);
        for (var message = 0; message < 500; message++)
        {
            var index = random.Next(3) == 0 ? random.Next(logs.Length) : 1;
            logs[index].Append("x");
            if (random.Next(4) > 0)
                feeds[index].Cursor.TryRead(out MessageEntry? _);

            Assert.Equal(
                string.Join('-', feeds.Select(static feed => ListMessage.ShortOf(feed.Cursor.Position))),
                Encoding.ASCII.GetString(vector.GetText()));
        }
    }

    [Fact, Case("HTTP-35")]
    public void Format_Unchanged_AllocatesNothing()
    {
        var logs = Logs(64);
        var feeds = Feeds(logs, StartAt.Now);
        var vector = new PositionVector(feeds);
        logs[3].AppendMany(2);
        vector.GetText();

        var before = GC.GetAllocatedBytesForCurrentThread();
        feeds[3].Cursor.TryRead(out MessageEntry? _);
        vector.GetText();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact, Case("HTTP-14")]
    public void StartAfter_IdOfAnotherLife_IsNoPositionOfTheLog()
    {
        var log = new TestLog();
        var other = ListMessage.ShortOf(new MessagePosition(~TestLog.At(0).Epoch, 1, TestLog.At(1).Tag));
        log.Append("1");

        Assert.Equal("reset:epoch", Kind(log, other));
        Assert.Equal("reset:unknown", Kind(log, "garbage"));
        Assert.Null(Kind(log, $"{other}-{ListMessage.ShortOf(TestLog.At(1))}"));
    }

    private static string? Kind(TestLog log, string id)
    {
        using var cursor = log.Open(PositionVector.StartAfter(id, log.Log));
        return cursor.TryRead(out StoreMessage? message) ? $"reset:{message.Reset?.ReasonName}" : null;
    }

    private static TestLog[] Logs(int count) => [.. Enumerable.Range(0, count).Select(static _ => new TestLog())];

    private static SubscriberFeed[] Feeds(TestLog[] logs, StartAt start) =>
        [.. logs.Select((log, index) => new SubscriberFeed($"s{index}", log.Open(start), TimeSpan.FromSeconds(10), new($"s{index}")))];
}
