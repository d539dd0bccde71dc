namespace Tornadose.SignalR.Tests.TestKit;

public sealed class LedgerTests
{
    private const string Epoch = "9f2c4e6a81b3d5f7";

    private readonly Ledger _ledger = new();

    [Fact]
    public void Check_HistoryLiveReconnectAndReset_Holds()
    {
        Publish(1, 12);
        var subscriber = _ledger.Subscriber("a", "sse");
        See(subscriber, 3, 4, 5);
        subscriber.Message(null, "foreign");
        subscriber.Connected("ws", subscriber.LastId);
        See(subscriber, 6, 7);
        subscriber.Connected("hub", Id(7));
        subscriber.Reset("expired", Id(10));
        See(subscriber, 11, 12);
        _ledger.Check(Id(12), Log(1, 12));
        Assert.Equal((8, true, false), (subscriber.Count, _ledger.HasReached(Id(12)), _ledger.HasReached(Id(11))));
    }

    [Fact]
    public void Check_OffsetSkipped_ViolatesL1()
    {
        Publish(1, 3);
        See(_ledger.Subscriber("a", "sse"), 1, 3);
        AssertViolated("L1");
    }

    [Fact]
    public void Check_OrderSwapped_ViolatesL1()
    {
        Publish(1, 2);
        See(_ledger.Subscriber("a", "sse"), 2, 1);
        AssertViolated("L1");
    }

    [Fact]
    public void Check_EpochChangesWithoutReset_ViolatesL1()
    {
        Publish(1, 1);
        _ledger.Published("aa-2-bb", "2");
        var subscriber = _ledger.Subscriber("a", "sse");
        See(subscriber, 1);
        subscriber.Message("aa-2-bb", "2");
        AssertViolated("L1");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    public void Check_FirstAfterCursorIsNotTheNext_ViolatesL2(int first)
    {
        Publish(1, 4);
        See(_ledger.Subscriber("a", "sse", after: Id(2)), first);
        AssertViolated("L2");
    }

    [Fact]
    public void Check_GarbagePresentedAndNoReset_ViolatesL2()
    {
        Publish(1, 1);
        See(_ledger.Subscriber("a", "sse", after: "garbage"), 1);
        AssertViolated("L2");
    }

    [Fact]
    public void Check_TwoResetsBeforeTheFirstMessage_ViolatesL2()
    {
        var subscriber = _ledger.Subscriber("a", "sse", after: Id(2));
        subscriber.Reset("expired", Id(5));
        subscriber.Reset("expired", Id(5));
        AssertViolated("L2");
    }

    [Fact]
    public void Check_MessageAfterResetIsNotTheNext_ViolatesL2()
    {
        Publish(1, 7);
        var subscriber = _ledger.Subscriber("a", "sse", after: Id(2));
        subscriber.Reset("expired", Id(5));
        See(subscriber, 7);
        AssertViolated("L2");
    }

    [Fact]
    public void Check_SameIdTwiceOverAReconnect_ViolatesL3()
    {
        Publish(1, 2);
        var subscriber = _ledger.Subscriber("a", "sse");
        See(subscriber, 1, 2);
        subscriber.Connected("ws", Id(1));
        See(subscriber, 2);
        AssertViolated("L3");
    }

    [Fact]
    public void Check_OtherPayload_ViolatesL4()
    {
        Publish(1, 1);
        _ledger.Subscriber("a", "sse").Message(Id(1), "other");
        AssertViolated("L4");
    }

    [Fact]
    public void Check_IdNobodyPublished_ViolatesL4()
    {
        See(_ledger.Subscriber("a", "sse"), 1);
        AssertViolated("L4");
    }

    [Fact]
    public void Check_PublishThatThrew_MayExist()
    {
        _ledger.Uncertain("1");
        See(_ledger.Subscriber("a", "sse"), 1);
        _ledger.Check();
    }

    [Fact]
    public void Check_SubscribersDisagree_ViolatesL5()
    {
        _ledger.Uncertain("x");
        _ledger.Uncertain("y");
        _ledger.Subscriber("a", "sse").Message(Id(1), "x");
        _ledger.Subscriber("b", "ws").Message(Id(1), "y");
        AssertViolated("L5");
    }

    [Fact]
    public void Check_SubscriberBehindTheTop_ViolatesL6UnlessEnded()
    {
        Publish(1, 2);
        var subscriber = _ledger.Subscriber("a", "sse");
        See(subscriber, 1);
        AssertViolated("L6", top: Id(2));
        subscriber.End();
        _ledger.Check(Id(2));
    }

    [Fact]
    public void Check_AcknowledgedButNotInTheLog_ViolatesL7()
    {
        Publish(1, 3);
        AssertViolated("L7", log: Log(1, 2));
    }

    [Fact]
    public void Check_InTheLogTwice_ViolatesL7()
    {
        Publish(1, 2);
        AssertViolated("L7", log: [.. Log(1, 2), .. Log(2, 1)]);
    }

    [Fact]
    public void Check_OneIdForTwoPublishes_ViolatesL7()
    {
        Publish(1, 1);
        Publish(1, 1);
        AssertViolated("L7", log: Log(1, 1));
    }

    [Fact]
    public void Check_LatestRule_AllowsGapsButNoStepBack()
    {
        var ledger = new Ledger(LedgerRule.Latest);
        foreach (var offset in new[] { 1, 4, 3 })
            ledger.Published(Id(offset), $"{offset}");
        var subscriber = ledger.Subscriber("a", "sse");
        See(subscriber, 1, 4);
        ledger.Check(Id(4));
        See(subscriber, 3);
        Assert.Contains("L1", Assert.Throws<LedgerException>(() => ledger.Check()).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a-b-c")]
    [InlineData("a-1")]
    [InlineData("a--1-b")]
    public void Parse_OtherForm_Throws(string id) => Assert.Throws<LedgerException>(() => LedgerId.Parse(id));

    private static string Id(int offset) => $"{Epoch}-{offset}-{offset:x8}";

    private static (string Id, string Payload)[] Log(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(offset => (Id(offset), $"{offset}"))];

    private static void See(LedgerSubscriber subscriber, params int[] offsets)
    {
        foreach (var offset in offsets)
            subscriber.Message(Id(offset), $"{offset}");
    }

    private void Publish(int first, int count)
    {
        foreach (var (id, payload) in Log(first, count))
            _ledger.Published(id, payload);
    }

    private void AssertViolated(string law, string? top = null, (string Id, string Payload)[]? log = null)
    {
        var report = Assert.Throws<LedgerException>(() => _ledger.Check(top, log)).Message;
        Assert.Contains($"\n{law} ", report);
        Assert.All(report.Split('\n').Skip(1), line => Assert.StartsWith(law, line));
    }
}
