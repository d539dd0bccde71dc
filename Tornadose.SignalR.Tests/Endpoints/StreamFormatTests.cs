using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.Delivery;
using Tornadose.SignalR.Tests.Documents;
using Tornadose.SignalR.Tests.Inspection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A custom format of the application, in every place where the library describes transports.</summary>
public sealed class StreamFormatTests
{
    private const string CloudEvents = "application/cloudevents+x-ndjson";

    [Fact]
    public async Task OwnFormat_Subscribed_IsSeenByTheInspectorMetricsAndRefusals()
    {
        await using var host = await InspectedApp.StartAsync(static stores => stores.AddDocumentedFormat().AddDocumentedFormat());
        await using var metrics = MetricsRecorder.Of(host);
        await using var http = await RawHttp.GetAsync(host.Orders(), ("Accept", CloudEvents));
        Assert.Equal((200, CloudEvents, "no-cache, no-store, no-transform", "identity", "live"), (
            http.Status, http.Header("Content-Type"), http.Header("Cache-Control"), http.Header("Content-Encoding"),
            http.Header("Tornadose-Resume")));
        var id = await host.IdOfOnlySubscriberAsync();
        var node = await host.InspectNodeAsync();
        Assert.Equal("cloudevents", node.GetProperty("subscribers")[0].GetProperty("transport").GetString());
        Assert.Equal(1, metrics.Sum("subscribers", "transport=cloudevents", "store=orders"));
        Assert.Equal(204, await host.DismissAsync(id));
        var last = JsonElement.Parse(await http.ReadTextAsync());
        Assert.Equal(("closed", "dismissed", false), (
            last.GetProperty("type").GetString(), last.GetProperty("data").GetProperty("reason").GetString(),
            last.GetProperty("data").GetProperty("reconnect").GetBoolean()));
        await using var refused = await RawHttp.GetAsync(host.Orders(), ("Accept", "image/png"));
        Assert.Equal(406, refused.Status);
        Assert.Contains(CloudEvents, await refused.ReadTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OwnFormat_Added_IsInTheOpenApiDocument()
    {
        await using var host = await TestHost.StartAsync(
            static builder =>
            {
                builder.Services.AddOpenApi();
                builder.Services.AddTornadose().AddDocumentedFormat().AddQueueStore("orders");
            },
            static app =>
            {
                app.MapOpenApi();
                app.MapStores("/stores");
            });
        await using var answer = await RawHttp.GetAsync(host.Url("/openapi/v1.json"));
        var responses = JsonElement.Parse(await answer.ReadTextAsync()).GetProperty("paths")
            .GetProperty("/stores/{store}").GetProperty("get").GetProperty("responses");
        Assert.True(responses.GetProperty("200").GetProperty("content").TryGetProperty(CloudEvents, out _));
    }

    [Fact]
    public async Task OwnSink_ReasonOfItsOwn_EndsTheSubscriptionAndFaultsComeFirst()
    {
        await using var host = await StoresApp.StartAsync(
            build: static builder => builder.Services.AddTornadose().AddStreamFormat<CountedFormat>());
        await using var metrics = MetricsRecorder.Of(host);
        await using var wrong = await RawHttp.GetAsync(host.Orders("?count=x"), ("Accept", "text/x-counted"));
        Assert.Equal((400, "count is a number.\n", 0), (wrong.Status, await wrong.ReadTextAsync(), host.Subscribers()));
        await using var http = await RawHttp.GetAsync(host.Orders("?count=2"), ("Accept", "text/x-counted"));
        await host.OrdersStore().PublishNumberedAsync(2);
        Assert.Equal("m1m2.", await http.ReadTextAsync());
        await host.UntilSubscribersAsync(0);
        Assert.Equal(1, metrics.Sum("subscribers.ended", "transport=counted", "reason=counted"));
        await using var none = await RawHttp.GetAsync(host.Orders("?count=0"), ("Accept", "text/x-counted"));
        Assert.Equal(".", await none.ReadTextAsync());
    }

    [Fact]
    public async Task MapStores_FormatThatIsThereAlready_FailsTheStart()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => StoresApp.StartAsync(build: static builder => builder.Services.AddTornadose().AddStreamFormat<SecondJson>()));
        Assert.Contains("application/json", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "application/x-own"), InlineData("Own", "application/x-own"), InlineData("own format", "application/x-own"),
        InlineData("a234567890123456789012345678901234", "application/x-own")]
    [InlineData("own", ""), InlineData("own", "own"), InlineData("own", "application/*"), InlineData("own", "application/x-own;v=1"),
        InlineData("own", "a/b\r\nX: y")]
    public void Format_NameOrMediaTypeThatIsNone_IsRefused(string name, string mediaType) =>
        Assert.ThrowsAny<ArgumentException>(() => new OwnFormat(name, mediaType));

    [Theory]
    [InlineData(""), InlineData("Over"), InlineData("client gone"), InlineData("a\n")]
    public void End_NameThatNoMetricShouldHave_IsRefused(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => new SubscriberEnd(name, "It is over.", reconnect: false));

    private sealed class SecondJson() : StreamFormat("second", "application/json", new FakeEncoder());

    /// <summary>A number of messages, and a full stop.</summary>
    private sealed class CountedFormat() : StreamFormat("counted", "text/x-counted", new FakeEncoder())
    {
        public override string? FindFault(HttpRequest request) =>
            int.TryParse(request.Query["count"], out _) ? null : "count is a number.";

        public override IFrameSink CreateSink(StreamContext context) => new CountedSink(
            context, int.Parse(context.HttpContext.Request.Query["count"]!, System.Globalization.CultureInfo.InvariantCulture));
    }

    private sealed class CountedSink : ResponseSink
    {
        private static readonly SubscriberEnd Counted = new("counted", "That were all.", reconnect: false);

        private readonly StreamContext _context;
        private int _left;

        public CountedSink(StreamContext context, int count)
            : base(context.HttpContext.Response)
        {
            (_context, _left) = (context, count);
            if (count == 0)
                context.End(Counted); // before there is a subscriber
        }

        public override void Write(Frame frame)
        {
            base.Write(frame);
            if (--_left == 0)
                _context.End(Counted);
        }

        public override async ValueTask CloseAsync(SubscriberEnd end)
        {
            Assert.Equal(Counted, end);
            Output.Write("."u8);
            await FlushAsync();
        }
    }
}
