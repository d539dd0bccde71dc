using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.ServerSentEvents;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>
/// Random requests to publish: each is stored unchanged, or refused with a reason and not stored. Set
/// <c>TORNADOSE_FUZZ_PUBLISHES</c> for more requests.
/// </summary>
public sealed class PublishFuzzTests(ITestOutputHelper output)
{
    private static readonly Uri Address = new("http://127.0.0.1/stores/orders");

    [Fact, Case("SEC-06", "SEC-12", "SEC-25")]
    public async Task Posts_OfRandomBytes_ArePublishedAsTheyAreOrNotAtAll()
    {
        MemoryTransport? memory = null;
        await using var host = await StoresApp.StartAsync(orders => orders.MaxMessageBytes = 2000, build: builder =>
        {
            builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Tornadose", LogLevel.Warning);
            memory = MemoryTransport.Use(builder);
        });
        var random = RandomText.Create();
        var statuses = new SortedDictionary<int, int>();
        var runs = RandomText.Times("TORNADOSE_FUZZ_PUBLISHES", 5000);
        for (var number = 0; number < runs; number++)
        {
            var run = random.Run(number);
            var post = Post.Next(run);
            var before = host.OrdersStore().Position.Offset;
            var status = await SendAsync(memory!.Connect(), post);
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            var wrong = status == 200 ? WhatIsWrong(host, post, before) : IsKnown(status)
                && host.OrdersStore().Position.Offset == before ? null : "something was published";
            Assert.True(wrong is null, $"TORNADOSE_SEED={run.Seed}: {status} {wrong}: {post}");
        }

        output.WriteLine(string.Join(", ", statuses.Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.All(new[] { 200, 400, 413, 415 }, status => Assert.True(statuses.ContainsKey(status), $"no answer was {status}"));
        host.Logs.AssertNothingFrom(LogLevel.Warning);
    }

    private static bool IsKnown(int status) => status is 0 or 400 or 413 or 415;

    /// <summary>The status; 0 when the connection ended without one.</summary>
    private static async Task<int> SendAsync(RawConnection connection, Post post)
    {
        await using (connection)
        {
            try
            {
                await connection.SendAsync(Encoding.Latin1.GetBytes(post.Head));
                await connection.SendAsync(post.Body);
                connection.EndWriting();
            }
            catch (IOException)
            {
                // refused before all of it was sent
            }

            using var hang = new CancellationTokenSource(Eventually.HangTimeout);
            return await connection.ReadLineAsync(hang.Token) is { } line
                ? int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)
                : 0;
        }
    }

    private static string? WhatIsWrong(TestHost host, Post post, long before)
    {
        if (!host.OrdersStore().TryGetLatest(out var latest) || host.OrdersStore().Position.Offset != before + 1)
            return "not published once";
        if (post.IsCut)
            return "published in part";
        var expected = Encoding.UTF8.GetString(post.Message);
        if (!System.Text.Unicode.Utf8.IsValid(post.Message)
            || latest.GetText() != (latest.Format == MessageFormat.Json ? OneLine(expected) : expected))
            return $"published as {latest.GetText()}";
        var content = new FrameContent("orders", latest.Id, latest);
        var parsed = EncodedEvent.Parse(EncodedEvent.Of(content));
        var line = SignalR.JsonLines.JsonLinesEncoder.Instance.Encode(content).Bytes.Span;
        return parsed.Data == EncodedEvent.Normalise(latest.GetText()) && parsed.Type == (latest.EventType ?? "message")
            && line.IndexOf((byte)'\n') == line.Length - 1
            && JsonElement.Parse(line).GetProperty("id").GetString() == latest.Id ? null : "encoded as something else";
    }

    private static string OneLine(string json) =>
        JsonText.HasLineBreak(Encoding.UTF8.GetBytes(json))
            ? Encoding.UTF8.GetString(JsonText.Minify(Encoding.UTF8.GetBytes(json)))
            : json;

    /// <param name="Head">The request line and headers.</param>
    /// <param name="Body">The bytes after the headers.</param>
    /// <param name="Message">The message that the request represents.</param>
    /// <param name="IsCut">Whether the body ends prematurely.</param>
    private sealed record Post(string Head, byte[] Body, byte[] Message, bool IsCut)
    {
        public static Post Next(RandomText random)
        {
            var json = random.OneIn(2);
            var message = random.Next(12) switch
            {
                0 => random.Bytes(random.Next(60)),
                1 => Encoding.UTF8.GetBytes(new string('x', 1990 + random.Next(20))),
                _ when json => Encoding.UTF8.GetBytes(random.Json()),
                _ => Encoding.UTF8.GetBytes(random.Short()),
            };
            if (random.OneIn(5))
                message = random.Mutate<byte>(message, () => random.Bytes(1)[0]);
            var type = random.OneIn(12)
                ? random.Of("text/html", "application/octet-stream", "x", "text/plain; charset=utf-16", "application/jso")
                : json ? random.Of("application/json", "a/b+json")
                : random.Of("text/plain", "TEXT/PLAIN;charset=utf-8");
            var name = random.OneIn(4)
                ? Uri.EscapeDataString(RandomText.AsUtf8(random.Short()))
                : random.Of("placed", "message", "", "tornadose.reset", "%00", "a%0Ab", "%E2%80%A8", "%F0%9F", "a&event=b");
            var query = random.OneIn(3) ? $"?event={name}" : "";
            var key = random.OneIn(4) ? $"Idempotency-Key: {Convert.ToHexString(random.Bytes(random.OneIn(5) ? 200 : 8))}\r\n" : "";
            return Transfer(
                random, message,
                $"POST {Address.AbsolutePath}{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: {type}\r\n{key}");
        }

        private static Post Transfer(RandomText random, byte[] message, string head)
        {
            var cut = random.OneIn(12) ? 1 + random.Next(10) : 0;
            if (random.OneIn(2))
                return new($"{head}Content-Length: {message.Length + cut}\r\n\r\n", message, message, cut > 0);
            var body = new List<byte>();
            for (var at = 0; at < message.Length;)
            {
                var size = 1 + random.Next(message.Length - at);
                body.AddRange([
                    .. Encoding.ASCII.GetBytes($"{size:x}{random.Of("", ";ext=1")}\r\n"), .. message.AsSpan(at, size), (byte)'\r',
                    (byte)'\n']);
                at += size;
            }

            var end = random.Of("0\r\n\r\n", "00\r\n\r\n");
            return new(
                $"{head}Transfer-Encoding: chunked\r\n\r\n",
                [.. body, .. Encoding.ASCII.GetBytes(cut > 0 ? random.Of("", "x\r\n", "5\r\nab", "-1\r\n") : end)], message, cut > 0);
        }

        public override string ToString() => $"{Head}{Convert.ToHexString(Body)}";
    }
}
