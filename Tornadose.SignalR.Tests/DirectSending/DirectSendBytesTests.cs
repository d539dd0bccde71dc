using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.DirectSending;

/// <summary>The bytes arrive as written, whatever transport is below HTTP, and however they are read.</summary>
public sealed class DirectSendBytesTests
{
    private const int Large = 50_000_000;

    private static readonly Lazy<string> LargeHash = new(static () => Hash(DirectSendHost.Bytes(Large)));

    [Theory]
    [InlineData("http", "1.1")]
    [InlineData("http", "2.0")]
    [InlineData("https", "1.1")]
    [InlineData("https", "2.0")]
    [InlineData("unix", "1.1")]
    public async Task Download_Large_IsIntact(string endpoint, string version)
    {
        await using var host = await DirectSendHost.StartAsync();
        using var client = host.Client(endpoint, version);

        Assert.Equal(LargeHash.Value, await DirectSendHost.HashAsync(client, $"/bytes/{Large}"));

        Assert.True(host.Buffers.Rented > 100);
        Assert.Equal(0, host.Buffers.ReturnedTwice);
        await Eventually.TrueAsync(() => host.Buffers.Out == 0);
    }

    [Theory]
    [InlineData("http", "1.1")]
    [InlineData("http", "2.0")]
    [InlineData("https", "1.1")]
    [InlineData("https", "2.0")]
    public async Task Download_EightAtOnce_NoneGetsBytesOfAnother(string endpoint, string version)
    {
        await using var host = await DirectSendHost.StartAsync();
        using var client = host.Client(endpoint, version);
        var counts = Enumerable.Range(0, 8).Select(static i => 1_000_000 + i).ToArray();

        var hashes = await Task.WhenAll(counts.Select(count => DirectSendHost.HashAsync(client, $"/bytes/{count}")));

        Assert.Equal(counts.Select(static count => Hash(DirectSendHost.Bytes(count))), hashes);
        Assert.Equal(0, host.Buffers.ReturnedTwice);
    }

    [Fact]
    public async Task Download_SlowReader_IsIntact()
    {
        const int Count = 2_000_000;
        await using var host = await DirectSendHost.StartAsync();
        await using var http = await RawHttp.SendAsync(host.Test.Url($"/bytes/{Count}"), "GET", receiveBufferBytes: 4096);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        for (var piece = await http.ReadAsync(); piece.Length > 0; piece = await http.ReadAsync())
        {
            hash.AppendData(piece);
            await Task.Yield();
        }

        Assert.Equal(Hash(DirectSendHost.Bytes(Count)), Convert.ToHexString(hash.GetHashAndReset()));
    }

    /// <summary>Responses with and without streams on one connection, requested before the first one was read.</summary>
    [Fact]
    public async Task Requests_Pipelined_AreAnsweredInOrder()
    {
        await using var host = await DirectSendHost.StartAsync();
        await using var connection = await RawConnection.ConnectAsync(host.Test.Http1);
        int[] counts = [10, 3_000, 0, 200_000, 1, 50_000, 0, 7];
        await connection.SendAsync(string.Concat(counts.Select(static count =>
            $"GET {(count == 0 ? "/hello" : $"/bytes/{count}")} HTTP/1.1\r\nHost: localhost\r\n\r\n")));

        foreach (var count in counts)
        {
            var expected = count == 0 ? "hello"u8.ToArray() : DirectSendHost.Bytes(count);
            Assert.Equal(Hash(expected), Hash(await ReadResponseAsync(connection)));
        }
    }

    [Fact]
    public async Task Download_ClientGoesInTheMiddle_LeavesNothing()
    {
        await using var host = await DirectSendHost.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await using var http = await RawHttp.SendAsync(host.Test.Url($"/bytes/{10_000_000}"), "GET", receiveBufferBytes: 4096);
            await http.ReadAsync();
            http.Abort();
        }

        await Eventually.TrueAsync(() => host.Buffers.Out == 0);
        Assert.Equal(0, host.Buffers.ReturnedTwice);
        using var client = host.Client("http", "1.1");
        Assert.Equal("hello", await client.GetStringAsync("/hello"));
        await host.Test.StopAsync(); // waits for connections: none hangs
    }

    /// <summary>Kestrel aborts a client that does not read; it measures flushes that wait.</summary>
    [Fact]
    public async Task Download_NobodyReads_IsCutAtTheMinimumRate()
    {
        await using var host = await DirectSendHost.StartAsync(static builder => builder.Services.Configure<KestrelServerOptions>(
            static kestrel => kestrel.Limits.MinResponseDataRate = new MinDataRate(1e9, TimeSpan.FromSeconds(1.1))));
        using var durations = new MetricCollector<double>(
            host.Test.Get<IMeterFactory>(), "Microsoft.AspNetCore.Server.Kestrel", "kestrel.connection.duration");
        await using var http = await RawHttp.SendAsync(host.Test.Url($"/bytes/{20_000_000}"), "GET", receiveBufferBytes: 4096);

        await Eventually.TrueAsync(() => durations.GetMeasurementSnapshot().Any(static one =>
            one.Tags.TryGetValue("error.type", out var error) && error is "min_response_data_rate"));

        await Assert.ThrowsAnyAsync<IOException>(http.ReadToEndAsync);
        await Eventually.TrueAsync(() => host.Buffers.Out == 0);
    }

    private static async Task<byte[]> ReadResponseAsync(RawConnection connection)
    {
        using var hang = new CancellationTokenSource(Eventually.HangTimeout);
        var length = -1;
        while (await connection.ReadLineAsync(hang.Token) is { Length: > 0 } line)
            if (line.StartsWith("Content-Length: ", StringComparison.Ordinal))
                length = int.Parse(line["Content-Length: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
        var body = new HttpBodyDecoder(connection, chunked: length < 0, length < 0 ? null : length);
        var bytes = new List<byte>();
        for (var piece = await body.ReadAsync(hang.Token); piece.Length > 0; piece = await body.ReadAsync(hang.Token))
            bytes.AddRange(piece);
        return [.. bytes];
    }

    private static string Hash(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
