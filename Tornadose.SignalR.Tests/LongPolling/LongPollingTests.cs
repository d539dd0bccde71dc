using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.LongPolling;

public sealed class LongPollingTests
{
    [Fact]
    public async Task Wait_MessageComes_AnswersWithItAndTheNextId()
    {
        await using var host = await StoresApp.StartAsync(new FakeTimeProvider());
        await using var metrics = MetricsRecorder.Of(host);
        var waiting = await Poll.BeginAsync(host, host.Orders("?wait=30s"));
        var id = await host.OrdersStore().PublishAsync(new { number = 1 }, new PublishOptions { EventType = "placed" });
        var answer = await waiting;
        Assert.Equal(
            $$$"""{"store":"orders","messages":[{"id":"{{{id}}}","event":"placed","data":{"number":1}}],"id":"{{{id}}}"}""", answer.Text);
        await host.UntilSubscribersAsync(0);
        Assert.Equal((1, 1), (
            metrics.Sum("subscribers.ended", "transport=long-polling", "reason=answered"),
            metrics.Sum("messages.delivered", "transport=long-polling")));
        Assert.Equal(["m1", "m2"], await FollowAsync(host, answer.Id));
    }

    [Theory]
    [InlineData("?wait=30s", 30), InlineData("?wait=1500ms", 1.5), InlineData("?wait=2m", 120), InlineData("?wait=7", 7)]
    public async Task Wait_NothingComes_AnswersWithTheSameIdWhenItIsOver(string query, double seconds)
    {
        var clock = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(clock, options: static all => all.KeepAlive = TimeSpan.FromSeconds(1));
        var id = (await host.OrdersStore().PublishAsync("old")).ToString();
        var timers = clock.ActiveTimers;
        var waiting = await Poll.BeginAsync(host, host.Orders($"{query}&after={id}"));
        await Eventually.TrueAsync(() => clock.ActiveTimers == timers + 1);
        clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal($$"""{"store":"orders","messages":[],"id":"{{id}}"}""", (await waiting.WithTimeout()).Text);
        Assert.Equal(timers, clock.ActiveTimers);
    }

    [Fact]
    public async Task Wait_ForNoTime_GivesWhatThereIs()
    {
        await using var host = await StoresApp.StartAsync();
        var empty = await Poll.GetAsync(host.Orders("?wait=0s"));
        Assert.Empty(empty.Words);
        await host.OrdersStore().PublishNumberedAsync(3);
        Assert.Equal(["m1", "m2", "m3"], (await Poll.GetAsync(host.Orders($"?wait=0s&after={empty.Id}"))).Words);
        Assert.Equal(["m2", "m3"], (await Poll.GetAsync(host.Orders("?wait=0s&last=2"))).Words);
        Assert.Equal(["m1", "m2", "m3"], (await Poll.GetAsync(host.Orders("?wait=0s&from=earliest"))).Words);
        var reset = await Poll.GetAsync(host.Orders("?wait=30s&after=garbage"));
        Assert.Equal(["unknown"], reset.Words);
        Assert.Equal(host.OrdersStore().Position.ToString(), reset.Id);
    }

    [Fact]
    public async Task Wait_DataStore_GivesTheValueAtOnceAndThenTheNext()
    {
        await using var host = await StoresApp.StartAsync();
        await host.WeatherStore().PublishAsync(21);
        var now = await Poll.GetAsync(host.Url("/stores/weather?wait=30s"));
        Assert.Equal(["21"], now.Words);
        var waiting = await Poll.BeginAsync(host, host.Url($"/stores/weather?wait=30s&after={now.Id}"));
        await host.WeatherStore().PublishAsync(22);
        Assert.Equal(["22"], (await waiting.WithTimeout()).Words);
    }

    [Fact]
    public async Task Wait_AfterASnapshot_ContinuesWithoutGapOrDuplicate()
    {
        await using var host = await StoresApp.StartAsync();
        await host.OrdersStore().PublishNumberedAsync(3);
        var snapshot = await RawHttp.GetAsync(host.Orders(), ("Accept", "application/json"));
        var id = System.Text.Json.JsonElement.Parse(await snapshot.ReadTextAsync()).GetProperty("id").GetString();
        await host.OrdersStore().PublishNumberedAsync(1, from: 4);
        Assert.Equal(["m4"], (await Poll.GetAsync(host.Orders($"?wait=30s&after={id}"))).Words);
    }

    [Fact]
    public async Task Wait_SeveralStores_NameTheirsAndShareAnId()
    {
        await using var host = await StoresApp.StartAsync();
        var waiting = await Poll.BeginAsync(host, host.Url("/stores?store=orders&store=weather&wait=30s"));
        await host.OrdersStore().PublishAsync("o1");
        var first = await waiting.WithTimeout();
        Assert.Equal("orders", first.Json.GetProperty("messages")[0].GetProperty("store").GetString());
        await host.WeatherStore().PublishAsync("w1");
        await host.OrdersStore().PublishAsync("o2");
        var next = await Poll.GetAsync(host.Url($"/stores?store=orders&store=weather&wait=30s&after={first.Id}"));
        Assert.Equal(["o2", "w1"], next.Words.Order());
        Assert.Empty((await Poll.GetAsync(host.Url($"/stores?store=orders&store=weather&wait=0s&after={next.Id}"))).Words);
    }

    [Fact]
    public async Task Wait_MoreThanAnAnswerHolds_ComesInSeveral()
    {
        await using var host = await StoresApp.StartAsync();
        var large = new string('x', 200_000);
        foreach (var text in new[] { "first", large, "last" })
            await host.OrdersStore().PublishAsync(text);
        var first = await Poll.GetAsync(host.Orders("?wait=30s&from=earliest"));
        Assert.Equal(["first", large], first.Words);
        Assert.Equal(["last"], (await Poll.GetAsync(host.Orders($"?wait=30s&after={first.Id}"))).Words);
    }

    [Theory]
    [InlineData(""), InlineData("x"), InlineData("-1s"), InlineData("1.5s"), InlineData("301s"), InlineData("6m"), InlineData("30 s"),
        InlineData("99999999999s"), InlineData("1h")]
    public async Task Wait_NoTime_IsRefusedWithWhatWouldBeOne(string wait)
    {
        await using var host = await StoresApp.StartAsync();
        var answer = await Poll.GetAsync(host.Orders($"?wait={Uri.EscapeDataString(wait)}"));
        Assert.Equal((400, "The query parameter 'wait' takes a time from 0s to 5m, as in 'wait=30s'.\n"), (answer.Status, answer.Text));
        Assert.Equal(0, host.Subscribers());
    }

    [Fact]
    public async Task Wait_ClientThatTakesNoJson_IsNotAcceptable()
    {
        await using var host = await StoresApp.StartAsync();
        Assert.Equal(406, (await Poll.GetAsync(host.Orders("?wait=1s"), ("Accept", "text/event-stream"))).Status);
        await using var head = await RawHttp.SendAsync(host.Orders("?wait=30s"), "HEAD");
        Assert.Equal((200, "application/json"), (head.Status, head.Header("Content-Type")));
        Assert.Equal(0, host.Subscribers());
    }

    [Fact]
    public async Task Wait_ServerIsFull_IsToldWhenToComeBack()
    {
        await using var host = await StoresApp.StartAsync(options: static all => all.MaxSubscribers = 1);
        var waiting = await Poll.BeginAsync(host, host.Orders("?wait=1m"));
        var refused = await Poll.GetAsync(host.Orders("?wait=1m"));
        Assert.Equal(503, refused.Status);
        Assert.NotNull(refused.RetryAfter);
        await host.OrdersStore().PublishAsync("x");
        Assert.Equal(["x"], (await waiting.WithTimeout()).Words);
    }

    [Fact]
    public async Task Wait_ServerStops_AnswersAtOnce()
    {
        // Its clock stands still: the drain ends only because the request is answered.
        var host = await StoresApp.StartAsync(new FakeTimeProvider(), options: static all => all.DrainWindow = TimeSpan.FromMinutes(1));
        var id = (await host.OrdersStore().PublishAsync("seen")).ToString();
        var waiting = await Poll.BeginAsync(host, host.Orders($"?wait=5m&after={id}"));
        await host.DisposeAsync();
        var answer = await waiting.WithTimeout();
        Assert.Equal((id, 0), (answer.Id, answer.Words.Count()));
    }

    [Fact]
    public async Task Wait_ClientGoesAway_LeavesNoSubscriberBehind()
    {
        await using var host = await StoresApp.StartAsync();
        var connection = await RawConnection.ConnectAsync(host.Http1);
        await connection.SendAsync("GET /stores/orders?wait=5m HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await host.UntilSubscribersAsync(1);
        connection.Abort();
        await host.UntilSubscribersAsync(0);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task Wait_SubscriptionFails_ConnectionIsCutSoThatNobodyTakesItForAnAnswer()
    {
        await using var host = await StoresApp.StartAsync();
        var waiting = await Poll.BeginAsync(host, host.Orders("?wait=5m"));
        var subscribers = host.Get<SubscriberRegistry>();
        subscribers.Subscribers.Single().End(SubscriberEnd.Failed);
        var cut = await Record.ExceptionAsync(() => waiting.WithTimeout());
        Assert.True(cut is IOException or System.Net.Sockets.SocketException, $"{cut}");
    }

    [Fact]
    public async Task Curl_PollingAgainAndAgain_GetsOneMessageAfterTheOther()
    {
        await using var host = await StoresApp.StartAsync();
        await using var curl = CurlClient.Start(host.Orders("?wait=30s"));
        await host.UntilSubscribersAsync(1);
        var id = await host.OrdersStore().PublishAsync("hello");
        Assert.Equal($$$"""{"store":"orders","messages":[{"id":"{{{id}}}","data":"hello"}],"id":"{{{id}}}"}""", await curl.NextAsync());
        Assert.Equal(0, await curl.ExitCodeAsync());
    }

    private static async Task<IEnumerable<string?>> FollowAsync(TestHost host, string id)
    {
        var words = new List<string?>();
        for (var number = 1; number <= 2; number++)
        {
            var waiting = await Poll.BeginAsync(host, host.Orders($"?wait=30s&after={id}"));
            await host.OrdersStore().PublishNumberedAsync(1, from: number);
            var answer = await waiting.WithTimeout();
            words.AddRange(answer.Words);
            id = answer.Id;
            await host.UntilSubscribersAsync(0);
        }

        return words;
    }
}
