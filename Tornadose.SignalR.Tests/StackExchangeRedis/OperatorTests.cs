using System.Collections.Concurrent;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.Inspection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Operator actions apply to every node; without confirmation they are not reported as done.</summary>
public sealed class OperatorTests
{
    private static readonly EphemeralDataProtectionProvider Keys = new();

    [Fact]
    public async Task Revoke_OnOneNode_EndsTheUsersStreamsOnAnother()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await StartAsync(redis.ConnectionString);
        await using var b = await StartAsync(redis.ConnectionString);
        await PresentAsync(a, 1);
        await using var ann = await OpenAsync(b, "ann");
        await using var admin = await OpenAsync(b, "admin");
        await a.Get<IStoreRevocation>().RevokeAsync("ann").WithTimeout();
        Assert.Null(await ann.NextOrEndAsync());
        await b.Get<IStoreProvider>().GetStore(RolesApp.Store).PublishAsync("for others");
        Assert.Equal("for others", (await admin.NextAsync()).Data);
    }

    [Fact]
    public async Task Recheck_OnOneNode_AsksAboutTheStreamsOnAnother()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await StartAsync(redis.ConnectionString);
        await using var b = await StartAsync(redis.ConnectionString);
        await PresentAsync(a, 1);
        await using var ann = await OpenAsync(b, "ann");
        b.Get<Rights>().Revoked.Add("ann");
        await a.Get<IStoreRevocation>().RecheckAsync(RolesApp.Store).WithTimeout();
        Assert.Null(await ann.NextOrEndAsync());
    }

    [Fact]
    public async Task Revoke_WhileANodeIsAway_ThrowsAndTheNodeObeysWhenItIsBack()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var a = await StartAsync(redis.ConnectionString, TestBackplane.Impatient);
        await using var b = await StartAsync(RedisProcess.ConnectionStringFor(proxy.Port));
        await PresentAsync(a, 1);
        await using var ann = await OpenAsync(b, "ann");
        var ticket = await b.GetTicketAsync();
        proxy.Stop();
        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => a.Get<IStoreRevocation>().RevokeAsync("ann").WithTimeout());
        Assert.Contains("did not confirm within 2 s", failure.Message, StringComparison.Ordinal);
        proxy.Listen();
        Assert.Null(await ann.NextOrEndAsync());
        await using var late = await RawHttp.GetAsync(b.Url($"/stores/{RolesApp.Store}?ticket={ticket}"), ("Accept", "text/event-stream"));
        Assert.Equal(401, late.Status);
    }

    [Fact]
    public async Task Revoke_BeforeANodeStarts_RefusesTheTicketsIssuedBeforeThere()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await StartAsync(redis.ConnectionString);
        var ticket = await a.GetTicketAsync();
        await a.Get<IStoreRevocation>().RevokeAsync("ann").WithTimeout();
        await using var b = await StartAsync(redis.ConnectionString);
        await PresentAsync(b, 1);
        await using var old = await RawHttp.GetAsync(b.Url($"/stores/{RolesApp.Store}?ticket={ticket}"), ("Accept", "text/event-stream"));
        Assert.Equal(401, old.Status);
        await using var anew = await RawHttp.GetAsync(
            b.Url($"/stores/{RolesApp.Store}?ticket={await b.GetTicketAsync()}"), ("Accept", "text/event-stream"));
        Assert.Equal(200, anew.Status);
    }

    [Fact]
    public async Task Dismiss_WhileTheNodeIsAway_IsNotReportedAsUnknown()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var a = await InspectedApp.StartAsync(
            stores => stores.AddStackExchangeRedis(redis.ConnectionString, TestBackplane.Impatient));
        await using var b = await InspectedApp.StartAsync(
            stores => stores.AddStackExchangeRedis(RedisProcess.ConnectionStringFor(proxy.Port), TestBackplane.Quick));
        await PresentAsync(a, 1);
        await using var stream = await RawSse.OpenAsync(b.Url("/stores/orders"));
        var id = await b.IdOfOnlySubscriberAsync();
        proxy.Stop();
        Assert.Equal(503, await a.DismissAsync(id));
        proxy.Listen();
        await Eventually.TrueAsync(async () => await a.DismissAsync(id) != 503); // 404 if it was done but the answer was lost
        Assert.Equal("tornadose.closed", (await stream.NextAsync()).Type);
    }

    [Fact]
    public async Task Groups_ConnectionOfANodeThatIsAway_Throws()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var proxy = ChaosProxy.Start(redis.Port);
        await using var a = await StartAsync(redis.ConnectionString);
        await using var b = await StartAsync(RedisProcess.ConnectionStringFor(proxy.Port));
        await PresentAsync(a, 1);
        var groups = a.Get<IHubContext<StoreHub>>().Groups;
        await groups.RemoveFromGroupAsync("of nobody", "plain").WithTimeout();
        TestBackplane.Impatient(a.Get<IOptions<RedisBackplaneOptions>>().Value);
        proxy.Stop();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => groups.RemoveFromGroupAsync("of nobody", "plain").WithTimeout());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => groups.AddToGroupAsync("of nobody", "plain").WithTimeout());
    }

    [Fact]
    public async Task Ask_RedisAway_Throws()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var backplane = TestBackplane.Create(redis.ConnectionString, "tornadose");
        INodeQuestions questions = backplane.Questions;
        Assert.Empty(await questions.AskAsync("subject", "question", first: false, default).WithTimeout());
        await redis.KillAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(
            () => questions.AskAsync("subject", "question", first: false, default).WithTimeout());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => questions.OrderAsync("order", default).WithTimeout());
        Assert.Empty(await questions.CollectAsync("subject", "question", default).WithTimeout());
    }

    [Fact, Case("SEC-20")]
    public async Task Question_ForgedOrSentAgain_IsNotAnswered()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose");
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var asked = 0;
        b.Questions.Answer("subject", _ => new(Interlocked.Increment(ref asked) > 0 ? "yes" : ""));
        var heard = new ConcurrentQueue<byte[]>();
        using var mallory = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await mallory.GetSubscriber()
            .SubscribeAsync(RedisChannel.Literal("tornadose:_nodes"), (_, frame) => heard.Enqueue((byte[])frame!));
        await PresentAsync(a, 1);
        await Eventually.TrueAsync(async () => (await a.Questions.AskAsync("subject", "first", first: true, default)).Contains("yes"));
        await Eventually.TrueAsync(() => !heard.IsEmpty);
        var before = Volatile.Read(ref asked);
        foreach (var frame in heard)
            await redis.CommandAsync("PUBLISH", "tornadose:_nodes", frame);
        await redis.CommandAsync("PUBLISH", "tornadose:_nodes", "mallory.1\nsubject\nquestion");
        await redis.CommandAsync("PUBLISH", "tornadose:_nodes", $"{new string('0', 32)}\nmallory\n1\nsubject\nquestion");
        Assert.Equal(["yes"], await a.Questions.AskAsync("subject", "second", first: true, default).WithTimeout());
        Assert.Equal(before + 1, asked);
    }

    /// <summary>Each node numbers its own questions, so the same numbers are asked by all.</summary>
    [Fact, Case("SEC-20")]
    public async Task Answer_ToAnotherNodeSentAgain_IsNotTaken()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose");
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var (isAsked, mayAnswer) = (new TaskCompletionSource(), new TaskCompletionSource());
        b.Questions.Answer("subject", async question =>
        {
            if (question == "held")
            {
                isAsked.TrySetResult();
                await mayAnswer.Task;
            }

            return "yes";
        });
        var answers = new ConcurrentQueue<byte[]>();
        using var mallory = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await mallory.GetSubscriber()
            .SubscribeAsync(RedisChannel.Pattern("tornadose:_nodes:*"), (_, frame) => answers.Enqueue((byte[])frame!));
        await PresentAsync(a, 1);
        for (var i = 0; i < 5; i++)
            Assert.Equal(["yes"], await a.Questions.AskAsync("subject", "first", first: false, default).WithTimeout());
        var channels = await ChannelsAsync(redis);
        await using var c = TestBackplane.Create(redis.ConnectionString, "tornadose", TestBackplane.Impatient);
        await Eventually.TrueAsync(async () => (await ChannelsAsync(redis)).Count == channels.Count + 1);
        var channel = Assert.Single((await ChannelsAsync(redis)).Except(channels));
        var asking = c.Questions.AskAsync("subject", "held", first: false, default);
        await isAsked.Task.WithTimeout();
        await Eventually.TrueAsync(() => answers.Count >= 5);
        foreach (var answer in answers)
            await redis.CommandAsync("PUBLISH", channel, answer);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => asking.WithTimeout());
        mayAnswer.SetResult();
    }

    [Fact]
    public async Task Ask_CancelledOrFailed_LeavesNoChannelBehind()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose");
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        await Eventually.TrueAsync(
            async () => ((object?[])(await redis.CommandAsync("PUBSUB", "CHANNELS", "tornadose:_nodes*"))!).Length == 3);
        for (var i = 0; i < 20; i++)
        {
            using var cancelled = new CancellationTokenSource();
            var asking = a.Questions.AskAsync("subject", "question", first: false, cancelled.Token);
            await cancelled.CancelAsync();
            await Task.WhenAny(asking).WithTimeout();
        }

        Assert.Equal(3, ((object?[])(await redis.CommandAsync("PUBSUB", "CHANNELS", "tornadose:_nodes*"))!).Length);
    }

    /// <summary>Policies may take long, for example when their database does not respond.</summary>
    [Fact]
    public async Task Order_ThatTakesLong_DelaysNeitherOthersNorTheNodesPresence()
    {
        await using var redis = await RedisProcess.StartAsync();
        RedisBackplaneOptions? options = null;
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose", current =>
        {
            TestBackplane.Impatient(current);
            options = current;
        });
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var goOn = new TaskCompletionSource();
        b.Questions.Obey(order => order == "slow" ? new ValueTask(goOn.Task) : default);
        await PresentAsync(a, 1);
        try
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => a.Questions.OrderAsync("slow", default).WithTimeout());
            TestBackplane.Quick(options!); // from now on all nodes answer
            await a.Questions.OrderAsync("quick", default).WithTimeout();
            await b.Questions.ListenAsync(default).WithTimeout();
        }
        finally
        {
            goOn.SetResult(); // otherwise the node could not shut down
        }
    }

    [Fact]
    public async Task Order_OfThisNode_IsNotObeyedHereAgain()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var obeyed = 0;
        a.Questions.Obey(_ => new ValueTask(Task.FromResult(Interlocked.Increment(ref obeyed))));
        await a.Questions.OrderAsync("order", default).WithTimeout();
        await a.Questions.ListenAsync(default).WithTimeout();
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var there = new TaskCompletionSource();
        b.Questions.Obey(_ => new ValueTask(Task.FromResult(there.TrySetResult())));
        await there.Task.WithTimeout();
        Assert.Equal(0, obeyed);
    }

    [Fact]
    public async Task Order_ThatFails_IsNotConfirmedAndTriedAgain()
    {
        await using var redis = await RedisProcess.StartAsync();
        RedisBackplaneOptions? options = null;
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose", current =>
        {
            TestBackplane.Impatient(current);
            options = current;
        });
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var fails = true;
        var obeyed = new ConcurrentQueue<string>();
        b.Questions.Obey(order =>
        {
            if (Volatile.Read(ref fails))
                throw new InvalidOperationException("not now");
            obeyed.Enqueue(order);
            return default;
        });
        await PresentAsync(a, 1);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => a.Questions.OrderAsync("order", default).WithTimeout());
        Assert.Empty(obeyed);
        Volatile.Write(ref fails, false);
        await Eventually.TrueAsync(() => obeyed.Contains("order"));
        TestBackplane.Quick(options!); // from now on all nodes answer
        await a.Questions.OrderAsync("another", default).WithTimeout();
        Assert.Equal(["order", "another"], obeyed);
    }

    /// <summary>A node without a connection serves its readers from its copies.</summary>
    [Theory]
    [InlineData(5, true)]
    [InlineData(65, false)]
    public async Task Order_NodeThatHasVanished_IsMissedForAnHour(int minutes, bool missed)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose", TestBackplane.Impatient);
        await a.Questions.ListenAsync(default).WithTimeout();
        var vanished = DateTimeOffset.UtcNow.AddMinutes(-minutes).ToUnixTimeMilliseconds();
        await redis.CommandAsync("HSET", "{tornadose:_nodes}:present", "vanished", vanished);
        Assert.Empty(await a.Questions.CollectAsync("subject", "question", default).WithTimeout());
        var ordering = a.Questions.OrderAsync("order", default).WithTimeout();
        if (missed)
            await Assert.ThrowsAsync<StoreUnavailableException>(() => ordering);
        else
            await ordering;
    }

    [Fact]
    public async Task Order_NodeWithoutTheRightToListen_IsMissedAndObeysAllTheSame()
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.CommandAsync(
            "ACL", "SETUSER", "limited", "on", ">secret", "~*", "+@all", "resetchannels", "&{tornadose:*", "&tornadose:_probe:*");
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose", TestBackplane.Impatient);
        var logs = new FakeLogCollector();
        await using var b = TestBackplane.Create(
            redis.ConnectionString + ",user=limited,password=secret", "tornadose", logger: new FakeLogger(logs));
        var obeyed = new TaskCompletionSource();
        b.Questions.Obey(_ => new ValueTask(Task.FromResult(obeyed.TrySetResult())));
        await Eventually.TrueAsync(async () => await redis.CommandAsync("HLEN", "{tornadose:_nodes}:present") is 2L);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => a.Questions.OrderAsync("order", default).WithTimeout());
        await obeyed.Task.WithTimeout();
        await b.Questions.ListenAsync(default).WithTimeout();
        Assert.Single(logs.GetSnapshot(), entry => entry.Message.Contains("the channels of the nodes", StringComparison.Ordinal));
    }

    /// <summary>The ids of orders are timestamps of Redis, whose clock may differ after a failover.</summary>
    [Fact]
    public async Task Order_AfterRedisLostAllAndItsClockIsBehind_IsObeyed()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose", TestBackplane.Impatient);
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var obeyed = new ConcurrentQueue<string>();
        b.Questions.Obey(order =>
        {
            obeyed.Enqueue(order);
            return default;
        });
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        await redis.CommandAsync("XADD", "{tornadose:_nodes}:orders", $"{tomorrow}-0", "order", "before");
        await Eventually.TrueAsync(() => obeyed.Contains("before"));
        await redis.CommandAsync("FLUSHALL");
        await PresentAsync(a, 1);
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await a.Questions.OrderAsync("after", default);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false; // it does not know the new secret yet
            }
        });
        Assert.Contains("after", obeyed);
    }

    [Fact]
    public async Task Orders_MoreThanAReplyHolds_AreAllObeyed()
    {
        await using var redis = await RedisProcess.StartAsync();
        for (var i = 0; i < 250; i++)
            await redis.CommandAsync("XADD", "{tornadose:_nodes}:orders", "*", "order", i);
        var reply = (object?[])(await redis.CommandAsync(
            "EVAL", RedisScripts.Nodes, 3, "{tornadose:_nodes}:meta", "{tornadose:_nodes}:present", "{tornadose:_nodes}:orders",
            "nobody", 0, "0-0", "secret", 1000, 1000, 100, ""))!;
        Assert.Equal(200, ((object?[])reply[3]!).Length);
        await using var backplane = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var obeyed = new ConcurrentQueue<string>();
        backplane.Questions.Obey(order =>
        {
            obeyed.Enqueue(order);
            return default;
        });
        await backplane.Questions.ListenAsync(default).WithTimeout();
        await Eventually.TrueAsync(() => obeyed.Count == 250);
    }

    [Fact]
    public async Task Leave_QuestionThatComesLate_DoesNotRegisterTheNodeAgain()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = TestBackplane.Create(redis.ConnectionString, "tornadose");
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        await PresentAsync(a, 1);
        await b.Questions.LeaveAsync().WithTimeout();
        await b.Questions.CollectAsync("subject", "question", default).WithTimeout();
        Assert.Equal(1L, await redis.CommandAsync("HLEN", "{tornadose:_nodes}:present"));
    }

    /// <summary>A node's questions are forgotten once it has left; that must not allow others to replay them.</summary>
    [Fact, Case("SEC-20")]
    public async Task Question_OfANodeThatHasLeftSentAgain_IsNotAnswered()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var b = TestBackplane.Create(redis.ConnectionString, "tornadose");
        var asked = new ConcurrentQueue<string>();
        b.Questions.Answer("subject", question =>
        {
            asked.Enqueue(question);
            return new("yes");
        });
        var heard = new ConcurrentQueue<byte[]>();
        using var mallory = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await mallory.GetSubscriber()
            .SubscribeAsync(RedisChannel.Literal("tornadose:_nodes"), (_, frame) => heard.Enqueue((byte[])frame!));
        await using (var a = TestBackplane.Create(redis.ConnectionString, "tornadose"))
        {
            await PresentAsync(a, 1);
            Assert.Equal(["yes"], await a.Questions.AskAsync("subject", "first", first: true, default).WithTimeout());
        }

        await using var c = TestBackplane.Create(redis.ConnectionString, "tornadose");
        await PresentAsync(c, 1);
        await b.Questions.ListenAsync(default).WithTimeout();
        foreach (var frame in heard)
            await redis.CommandAsync("PUBLISH", "tornadose:_nodes", frame);
        Assert.Equal(["yes"], await c.Questions.AskAsync("subject", "second", first: true, default).WithTimeout());
        Assert.Equal(["first", "second"], asked);
    }

    private static Task<TestHost> StartAsync(string connection, Action<RedisBackplaneOptions>? configure = null) => RolesApp.StartAsync(
        add: stores => stores.AddStackExchangeRedis(connection, configure ?? TestBackplane.Quick),
        build: builder => builder.Services.AddSingleton<IDataProtectionProvider>(Keys));

    private static Task<RawSse> OpenAsync(TestHost host, string user) =>
        RawSse.OpenAsync(host.Url($"/stores/{RolesApp.Store}"), ("X-User", user));

    private static async Task<IReadOnlyList<string>> ChannelsAsync(RedisProcess redis) =>
        [.. ((object?[])(await redis.CommandAsync("PUBSUB", "CHANNELS", "tornadose:_nodes:*"))!).Select(static name => $"{name}")];

    /// <summary>Waits until a node knows of a number of others.</summary>
    private static Task PresentAsync(TestHost host, int others) =>
        PresentAsync(host.Get<RedisBackplane>(), others);

    private static Task PresentAsync(RedisBackplane backplane, int others) =>
        Eventually.TrueAsync(async () => (await backplane.Questions.CollectAsync("anything", "", default)).Count == others);
}
