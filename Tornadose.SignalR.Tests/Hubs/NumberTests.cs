using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A number keeps its value on every wire and hub protocol, in both directions.</summary>
public sealed class NumberTests
{
    /// <summary>
    /// A published number, and what a MessagePack client reads: an integer, a floating-point number of the same value, or its digits.
    /// </summary>
    public static TheoryData<string, object> Numbers => new()
    {
        { "0", 0L },
        { "-0", -0.0 },
        { "-0.0", -0.0 },
        { "0e9999999999999999999", 0.0 },
        { "1", 1L },
        { "-1", -1L },
        { "1.0", 1.0 },
        { "1.50", 1.5 },
        { "0.1", 0.1 },
        { "1E+2", 100.0 },
        { "100000e-5", 1.0 },
        { "9007199254740993", 9007199254740993L },
        { "9223372036854775807", long.MaxValue },
        { "-9223372036854775808", long.MinValue },
        { "9223372036854775808", 9223372036854775808UL },
        { "18446744073709551615", ulong.MaxValue },
        { "18446744073709551616", "18446744073709551616" },
        { "18446744073709551617", "18446744073709551617" },
        { "170141183460469231731687303715884105727", "170141183460469231731687303715884105727" },
        { "79228162514264337593543950335", "79228162514264337593543950335" },
        { "12345678901234567.89", "12345678901234567.89" },
        { "0.1000000000000000000000000001", "0.1000000000000000000000000001" },
        { "3.4028235E+38", 3.4028235E+38 },
        { "1.7976931348623157E+308", double.MaxValue },
        { "5E-324", double.Epsilon },
        { "1e400", "1e400" },
        { "-1e400", "-1e400" },
        { "1e-400", "1e-400" },
        { "1e99999999999999999999", "1e99999999999999999999" },
        { "1e-99999999999999999999", "1e-99999999999999999999" },
        { "1e0000000000000000000000002", 100.0 },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Delivered_OverEveryJsonWire_KeepsItsDigits(string number, object messagePack)
    {
        Assert.NotNull(messagePack);
        await using var host = await HubValues.StartAsync("json");
        await host.PublishJsonAsync($$"""{"Amount":[{{number}}]}""");
        await using var sse = await RawSse.OpenAsync(host.Host.Url("/stores/orders?from=earliest"));
        Assert.Equal($$"""{"Amount":[{{number}}]}""", (await sse.NextAsync()).Data);
        await using var socket = await RawWs.OpenAsync(host.Host.Url("/stores/orders?from=earliest"));
        Assert.EndsWith("\"data\":{\"Amount\":[" + number + "]}}", await socket.NextTextAsync(), StringComparison.Ordinal);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, host.Host.Url("/stores/orders?from=earliest"));
        request.Headers.Add("Accept", "application/x-ndjson");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WithTimeout();
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync().WithTimeout());
        string? line;
        while (string.IsNullOrEmpty(line = await lines.ReadLineAsync().WithTimeout()))
            Assert.NotNull(line);
        Assert.EndsWith("\"data\":{\"Amount\":[" + number + "]}}", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Delivered_OverEveryHubProtocol_IsTheSameNumber(string number, object messagePack)
    {
        var json = $$"""{"Amount":[{{number}}]}""";
        foreach (var serializer in new[] { "json", "newtonsoft" })
        {
            await using var host = await HubValues.StartAsync(serializer);
            await using var client = await SubscribedAsync(host, serializer);
            await host.PublishJsonAsync(json);
            await Eventually.TrueAsync(() => client.Text().Split($"\"data\":{json}").Length == 3, what: $"{json} twice over {serializer}");
        }

        await using var packed = await HubValues.StartAsync("messagepack");
        await using var reader = await SubscribedAsync(packed, "messagepack");
        await packed.PublishJsonAsync(number);
        foreach (var isItem in new[] { false, true })
            AssertSame(messagePack, await reader.NextDataAsync(isItem));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Published_OverEveryJsonEntrance_KeepsItsDigits(string number, object messagePack)
    {
        Assert.NotNull(messagePack);
        await using var host = await HubValues.StartAsync("json");
        await using var client = await HubValues.ConnectAsync(host, "json");
        using var http = new HttpClient();
        foreach (var json in new[] { number, $$"""{"Amount":[{{number}}]}""" })
        {
            Assert.Null(await client.CallAsync("Publish", $"\"orders\",{json}"));
            Assert.Equal($"Json {json}", host.Latest());
            using var body = new StringContent(json, null, "application/json");
            using var posted = await http.PostAsync(host.Host.Url("/stores/orders"), body).WithTimeout();
            Assert.Equal((200, $"Json {json}", 0), ((int)posted.StatusCode, host.Latest(), (int)host.Orders.Position.Offset % 2));
        }
    }

    /// <summary>
    /// Newtonsoft.Json parses a number with a point or an exponent as a double before any other code sees it; integers keep every digit.
    /// </summary>
    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Published_OverNewtonsoft_IsTheSameNumberOrItsDoubleOrRefused(string number, object messagePack)
    {
        await using var host = await HubValues.StartAsync("newtonsoft");
        await using var client = await HubValues.ConnectAsync(host, "newtonsoft");
        foreach (var (before, after) in new[] { ("", ""), ("[", "]") })
        {
            var refusal = await client.CallAsync("Publish", $"\"orders\",{before}{number}{after}");
            if (refusal is not null)
            {
                Assert.StartsWith("[invalid] JSON has no infinite numbers", refusal, StringComparison.Ordinal);
                Assert.False(double.IsFinite(double.Parse(number, CultureInfo.InvariantCulture)));
                continue;
            }

            var stored = JsonElement.Parse(host.Latest()["Json ".Length..]);
            stored = before == "" ? stored : stored[0];
            if (BigInteger.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
                Assert.Equal(integer, BigInteger.Parse(stored.GetRawText(), CultureInfo.InvariantCulture));
            else
                Assert.Equal(double.Parse(number, CultureInfo.InvariantCulture), stored.GetDouble());
        }

        Assert.NotNull(messagePack);
    }

    /// <summary>A typed client reads the digits as a decimal.</summary>
    [Fact]
    public async Task Delivered_DecimalOverMessagePack_ATypedClientReadsItExactly()
    {
        await using var host = await HubValues.StartAsync("messagepack");
        await using var connection = HubClient.Build(host.Url, new MessagePackHubProtocol());
        var received = new TaskCompletionSource<Typed>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.On<string, Typed>("Message", (_, message) => received.TrySetResult(message));
        await connection.StartAsync().WithTimeout();
        await connection.InvokeAsync<string>("Subscribe", "orders").WithTimeout();
        await host.Orders.PublishAsync(new { id = ulong.MaxValue, amount = 12345678901234567.89m, rate = 0.1f });
        var data = (await received.Task.WithTimeout()).data!;
        Assert.Equal((ulong.MaxValue, 12345678901234567.89m, 0.1), (data.id, data.amount, data.rate));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delivered_AsAStoreClientMessage_BindsOverEveryProtocol(bool packed)
    {
        await using var host = await HubValues.StartAsync(packed ? "messagepack" : "json");
        await using var connection = HubClient.Build(host.Url, packed ? new MessagePackHubProtocol() : null);
        var received = new TaskCompletionSource<StoreClientMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reset = new TaskCompletionSource<StoreClientReset>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.On<string, StoreClientMessage>("Message", (_, message) => received.TrySetResult(message));
        connection.On<string, StoreClientReset>("Reset", (_, lost) => reset.TrySetResult(lost));
        await connection.StartAsync().WithTimeout();
        await connection.InvokeAsync<string>("Resume", "orders", "x").WithTimeout();
        var id = await host.Orders.PublishAsync("text", new PublishOptions { EventType = "type" });
        var message = await received.Task.WithTimeout();
        Assert.Equal(($"{id}", "type", "text"), (message.Id, message.Event, $"{message.Data}"));
        Assert.Equal("unknown", (await reset.Task.WithTimeout()).Reason);
        await host.Context.Clients.Group("orders").SendAsync("Message", "orders", new StoreClientMessage { Id = "own" });
    }

    private static async Task<MemoryHubConnection> SubscribedAsync(HubHost host, string serializer)
    {
        var client = await HubValues.ConnectAsync(host, serializer);
        Assert.Null((await client.InvokeAsync("Subscribe", "orders")).Error);
        await client.SendAsync(new StreamInvocationMessage("w", "WatchAfter", ["orders", host.Orders.Position.ToString()]));
        await Eventually.TrueAsync(() => host.Registry.Subscribers.Count() == 2);
        return client;
    }

    private static void AssertSame(object expected, object? actual)
    {
        if (expected is double real)
            Assert.Equal(BitConverter.DoubleToInt64Bits(real), BitConverter.DoubleToInt64Bits(Assert.IsType<double>(actual)));
        else if (expected is string digits)
            Assert.Equal(digits, Assert.IsType<string>(actual));
        else
            Assert.Equal($"{expected}", $"{(actual is double or string ? "no integer" : actual)}");
    }

    /// <summary>A type as an application writes it, with the names of the wire.</summary>
    public sealed class Typed
    {
        public Amounts? data { get; set; }
    }

    public sealed class Amounts
    {
        public ulong id { get; set; }

        public decimal amount { get; set; }

        public double rate { get; set; }
    }
}
