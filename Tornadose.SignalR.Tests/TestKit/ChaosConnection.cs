using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>One connection through a <see cref="ChaosProxy"/>.</summary>
internal sealed class ChaosConnection(ChaosProxy proxy, TcpClient client)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private readonly TcpClient _server = new();
    private volatile bool _cutOnReply;
    private volatile bool _swallows;

    public async Task RunAsync(int target)
    {
        try
        {
            client.NoDelay = _server.NoDelay = true;
            await _server.ConnectAsync(IPAddress.Loopback, target);
            var splitter = new RespSplitter();
            await Task.WhenAll(
                PumpAsync(client, _server, Request),
                PumpAsync(_server, client, bytes => Reply(splitter, bytes)));
        }
        catch (Exception failure) when (
            failure is IOException or SocketException or InvalidOperationException or NullReferenceException)
        {
            // cut; a closed TcpClient throws NullReferenceException
        }
        finally
        {
            Cut();
        }
    }

    public void Swallow() => _swallows = true;

    /// <summary>Ends both sides with RST.</summary>
    public void Cut()
    {
        foreach (var side in new[] { client, _server })
        {
            try
            {
                side.LingerState = new LingerOption(true, 0);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException or NullReferenceException)
            {
                // closed already
            }

            side.Close();
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<byte[], byte[]> change)
    {
        var wire = Channel.CreateUnbounded<(byte[] Bytes, long Sent)>();
        var writing = WriteAsync(to.GetStream(), wire.Reader);
        try
        {
            var buffer = new byte[65536];
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer)) > 0)
            {
                while (proxy.StopReading)
                    await Task.Delay(Poll);
                if (!_swallows)
                    wire.Writer.TryWrite((change(buffer[..count]), TimeProvider.System.GetTimestamp()));
            }
        }
        finally
        {
            wire.Writer.TryComplete();
            await writing;
            Cut();
        }
    }

    private async Task WriteAsync(NetworkStream to, ChannelReader<(byte[] Bytes, long Sent)> wire)
    {
        await foreach (var (bytes, sent) in wire.ReadAllAsync())
        {
            var isLost = proxy.Loss > 0 && Random.Shared.NextDouble() < proxy.Loss;
            var due = proxy.Delay + (isLost ? ChaosProxy.RetransmissionTimeout : TimeSpan.Zero);
            var rest = due - TimeProvider.System.GetElapsedTime(sent);
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest);
            await to.WriteAsync(bytes);
            if (proxy.BytesPerSecond > 0)
                await Task.Delay(TimeSpan.FromSeconds((double)bytes.Length / proxy.BytesPerSecond));
        }
    }

    private byte[] Request(byte[] bytes)
    {
        if (proxy.CutsReplyTo(bytes))
            _cutOnReply = true;
        return bytes;
    }

    private byte[] Reply(RespSplitter splitter, byte[] bytes)
    {
        if (_cutOnReply)
            throw new IOException("cut on purpose");
        return splitter.Push(bytes, proxy.TakesMessageAway);
    }
}
