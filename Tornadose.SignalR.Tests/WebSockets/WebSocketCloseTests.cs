using System.Text;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

public sealed class WebSocketCloseTests
{
    [Theory]
    [Case("WS-14")]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1002)]
    [InlineData(1003)]
    [InlineData(1007)]
    [InlineData(1008)]
    [InlineData(1009)]
    [InlineData(1010)]
    [InlineData(1011)]
    [InlineData(3000)]
    [InlineData(3999)]
    [InlineData(4000)]
    [InlineData(4999)]
    public async Task Close_ValidCode_IsEchoedAndFreesTheSubscriber(int code) =>
        await AssertAnsweredAsync(WsFrame.ClosePayload(code, "bye"), code);

    [Fact]
    [Case("WS-14")]
    public async Task Close_NoCode_IsAnsweredByANormalClose() => await AssertAnsweredAsync([], 1000);

    [Theory]
    [Case("WS-14")]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1004)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1016)]
    [InlineData(1100)]
    [InlineData(2000)]
    [InlineData(2999)]
    [InlineData(5000)]
    public async Task Close_InvalidCode_Is1002(int code) => await AssertAnsweredAsync(WsFrame.ClosePayload(code), 1002);

    [Fact]
    [Case("WS-14")]
    public async Task Close_OneByte_Is1002() => await AssertAnsweredAsync([3], 1002);

    [Fact]
    [Case("WS-14")]
    public async Task Close_ReasonOf124Bytes_Is1002() => await AssertAnsweredAsync(WsFrame.ClosePayload(1000, new string('x', 124)), 1002);

    [Fact]
    [Case("WS-14")]
    public async Task Close_ReasonOf123Bytes_IsFine() => await AssertAnsweredAsync(WsFrame.ClosePayload(1000, new string('x', 123)), 1000);

    [Fact]
    [Case("WS-14")]
    public async Task Close_ReasonIsNotUtf8_Is1007Or1002()
    {
        var code = await AnswerAsync([.. WsFrame.ClosePayload(1000), 0xff, 0xfe]);
        Assert.Contains(code, new[] { 1002, 1007 });
    }

    [Fact]
    [Case("WS-18")]
    public async Task Shutdown_Subscribers_AreClosedWith1012()
    {
        await using var host = await StoresApp.StartAsync(options: static all => all.DrainWindow = TimeSpan.FromMinutes(2));
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        var stopping = Task.Run(host.StopAsync); // it waits for the drain, which waits for this client
        var close = await socket.UntilCloseAsync();
        Assert.Equal((1012, "shutting_down"), (close.CloseCode, close.CloseReason));
        await socket.SendCloseAsync(1012);
        await stopping;
    }

    [Fact]
    [Case("WS-18")]
    public void Codes_EveryEnd_HasOneAndAShortReason()
    {
        SignalR.Delivery.SubscriberEnd[] ends =
        [
            SignalR.Delivery.SubscriberEnd.ClientGone, SignalR.Delivery.SubscriberEnd.Unsubscribed,
            SignalR.Delivery.SubscriberEnd.StoreClosed, SignalR.Delivery.SubscriberEnd.Failed,
            SignalR.Delivery.SubscriberEnd.ShuttingDown, SignalR.Delivery.SubscriberEnd.Slow, SignalR.Delivery.SubscriberEnd.ResetRequired,
            SignalR.WebSockets.WebSocketCloseCodes.BinaryRefused, SignalR.WebSockets.WebSocketCloseCodes.MessageTooBig,
        ];
        var closes = ends.Select(SignalR.WebSockets.WebSocketCloseCodes.For).ToArray();
        Assert.Equal([1000, 1000, 1001, 1011, 1012, 4000, 4001, 1003, 1009], closes.Select(close => close.Code));
        Assert.All(closes, close => Assert.InRange(Encoding.UTF8.GetByteCount(close.Reason), 1, 123));
    }

    [Fact]
    [Case("WS-15")]
    public async Task Close_PeerThatNeverAnswersIt_IsCut()
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders("?after=nonsense"), ("Sec-WebSocket-Protocol", "tornadose.raw"));
        Assert.Equal(4001, (await socket.UntilCloseAsync()).CloseCode);
        await host.UntilSubscribersAsync(0);
        await socket.UntilEndAsync();
    }

    [Fact]
    [Case("WS-24")]
    public async Task Close_RacingWithPingsAndMessages_LogsNothing()
    {
        await using var host = await StoresApp.StartAsync();
        for (var round = 0; round < 100; round++)
        {
            await using var socket = await RawWs.OpenAsync(host.Orders());
            var publishing = host.OrdersStore().PublishNumberedAsync(5);
            await socket.SendAsync(WsOpcode.Ping, [1]);
            Assert.Equal(1000, (await socket.CloseAsync()).CloseCode);
            await publishing;
        }

        await host.UntilSubscribersAsync(0);
        host.Logs.AssertNothingFrom(Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    private static async Task AssertAnsweredAsync(byte[] payload, int code) => Assert.Equal(code, await AnswerAsync(payload));

    private static async Task<int> AnswerAsync(byte[] payload)
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        await socket.SendAsync(WsOpcode.Close, payload);
        var answer = await socket.UntilCloseAsync();
        await host.UntilSubscribersAsync(0);
        await socket.UntilEndAsync();
        host.Logs.AssertNoErrors();
        return answer.CloseCode;
    }
}
