using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Arbitrary messages on a store's channel. Set <c>TORNADOSE_FUZZ_FRAMES</c> for a longer run.</summary>
public sealed class BusFrameFuzzTests(RedisFixture redis)
{
    [Fact, Case("SEC-06", "SEC-20", "SEC-23", "SEC-25", "RDS-18")]
    public void TryParse_AnyBytes_AreRefusedOrAMessageThatAnyPublisherCouldHaveSent()
    {
        var random = RandomText.Create();
        var (announced, refused, proved) = (0, 0, 0);
        var runs = RandomText.Times("TORNADOSE_FUZZ_FRAMES", 200_000);
        for (var number = 0; number < runs; number++)
        {
            var run = random.Run(number);
            var store = new SimulatedStore(new Random(run.Seed), 10);
            var (payload, whole) = Next(run, store.Append());
            if (!BusFrame.TryParse(payload, out var frame))
            {
                refused++;
                continue;
            }

            AssertIsSound(frame.Content, run.Seed);
            if (frame.Position is null)
                continue;
            announced++;
            if (!frame.IsProved(SimulatedStore.Seal))
                continue;
            proved++;
            Assert.True(payload.AsSpan().SequenceEqual(whole), $"TORNADOSE_SEED={run.Seed}: the proof of another payload was accepted");
            Assert.Equal((store.Top.Offset, store.Top.Tag), (frame.Position.Value.Offset, frame.Position.Value.Tag));
        }

        Assert.True(
            announced > 1000 && refused > 1000 && proved > 1000,
            $"{announced} announced, {proved} of them with a proof, {refused} refused");
    }

    /// <summary>
    /// An announcement with another ending, proved or not, or changed at random; or random bytes. Returned with what the script would
    /// have sent.
    /// </summary>
    private static (byte[] Payload, byte[] Proved) Next(RandomText run, byte[] whole)
    {
        var proof = whole[..(Encoding.ASCII.GetString(whole).IndexOf(';', 4) + 1)];
        var head = whole[proof.Length..(Encoding.ASCII.GetString(whole).LastIndexOf(";t0;", StringComparison.Ordinal) + 1)];
        var data = run.OneIn(3) ? run.Bytes(run.Next(30)) : Encoding.UTF8.GetBytes(run.Json());
        var type = run.OneIn(3) ? Encoding.UTF8.GetBytes(run.Short()) : [];
        var (kind, trace) = (run.Of("j", "t", "i", "u", "d", "c", "x", ""), run.OneIn(10) ? ",00-x" : "");
        var length = run.OneIn(10) ? run.Of("-1", "99999999999", "7fff", " 1", "+1") : $"{type.Length}";
        byte[] body = [.. head, .. Encoding.ASCII.GetBytes($"{kind}{length}{trace};"), .. type, .. data];
        var proved = SimulatedStore.Prove(body);
        byte[] bytes = run.OneIn(4) ? [.. proof, .. body] : proved;
        return (
            run.Next(4) switch { 0 => run.Bytes(run.Next(60)), 1 => bytes, _ => run.Mutate<byte>(bytes, () => run.Bytes(1)[0]) }, proved);
    }

    private static void AssertIsSound(MessageContent content, int seed)
    {
        var text = Encoding.UTF8.GetString(content.Data.Span);
        Assert.True(System.Text.Unicode.Utf8.IsValid(content.Data.Span), $"TORNADOSE_SEED={seed}");
        Assert.True(
            content.EventType is null || MessageEventType.Fault(content.EventType) is null, $"TORNADOSE_SEED={seed}: {content.EventType}");
        Assert.True(content.Key is null || StoreKeys.Fault(content.Key) is null, $"TORNADOSE_SEED={seed}: {content.Key}");
        if (content.Format != MessageFormat.Json || content.Change == StoreChange.Clear) // the log makes the payload of a clear
            return;
        Assert.False(text.AsSpan().ContainsAny('\r', '\n'), $"TORNADOSE_SEED={seed}: {text}");
        using var json = JsonDocument.Parse(content.Data, new JsonDocumentOptions { MaxDepth = 1000 });
        Assert.True(IsText(json.RootElement), $"TORNADOSE_SEED={seed}: {text}");
    }

    /// <summary>Whether every string in it is a valid .NET string, so that every hub protocol can write it.</summary>
    private static bool IsText(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString() is not null,
        JsonValueKind.Array => element.EnumerateArray().All(IsText),
        JsonValueKind.Object => element.EnumerateObject().All(member => member.Name is not null && IsText(member.Value)),
        _ => true,
    };

    [Fact, Case("SEC-20", "SEC-25", "RDS-18")]
    public async Task Channel_ThousandForgeries_MoveNothingAndResetNobody()
    {
        var prefix = redis.NewPrefix();
        var server = await redis.GetAsync();
        await using var node = await TwoNodes.StartNodeAsync(server.ConnectionString, options => options.KeyPrefix = prefix);
        await using var stream = await RawSse.OpenAsync(node.Url("/stores/orders"));
        var store = node.OrdersStore();
        var random = RandomText.Create();
        for (var round = 0; round < 20; round++)
        {
            var top = await store.PublishAsync($"round {round}").WithTimeout();
            for (var number = 0; number < 50; number++)
                await server.CommandAsync("PUBLISH", $"{{{prefix}:orders}}", Forge(random, top));
        }

        var last = await store.PublishAsync("last").WithTimeout();
        Assert.Equal(21, last.Offset);
        for (var round = 0; round <= 20; round++)
        {
            var message = await NextLoggedAsync(stream);
            Assert.Equal(("message", round < 20 ? $"round {round}" : "last"), (message.Type, message.Data));
        }

        node.Logs.AssertNoErrors();
    }

    private static byte[] Forge(RandomText run, MessagePosition top)
    {
        var epoch = top.ToString().Split('-')[0];
        var (proof, life) = (Convert.ToHexStringLower(run.Bytes(8)), run.OneIn(5) ? "0123456789abcdef" : epoch);
        var offset = top.Offset + run.Next(3);
        var (tag, before) = (run.OneIn(2) ? $"{top.Tag:x8}" : "0badbeef", run.OneIn(2) ? $"{top.Tag:x8}" : "00000000");
        var text = $"\u0001T1;{proof};{life};{offset};{tag};{before};t0;forged";
        return run.OneIn(2)
            ? Encoding.UTF8.GetBytes(text)
            : [.. "\u0001T1;"u8, .. run.Mutate<byte>(Encoding.UTF8.GetBytes(text)[4..], () => run.Bytes(1)[0])];
    }

    /// <summary>The next logged event; skips messages without an id, which anybody who may publish on the channel may add.</summary>
    private static async Task<SseEvent> NextLoggedAsync(RawSse stream)
    {
        while (true)
        {
            var message = await stream.NextAsync();
            if (message.Type == "tornadose.reset" || message.Data.StartsWith("round", StringComparison.Ordinal) || message.Data == "last")
                return message;
            Assert.DoesNotContain("forged", message.Data, StringComparison.Ordinal);
        }
    }
}
