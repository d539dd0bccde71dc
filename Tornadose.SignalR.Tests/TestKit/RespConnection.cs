using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>Redis replied to a command with an error.</summary>
public sealed class RespException(string message) : Exception(message);

/// <summary>
/// A minimal Redis client, so that tests inspect Redis without the client library of the product. For one caller at a time.
/// </summary>
public sealed class RespConnection : IDisposable
{
    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;

    public static async Task<RespConnection> OpenAsync(int port)
    {
        var connection = new RespConnection();
        try
        {
            await connection._client.ConnectAsync(IPAddress.Loopback, port).WithTimeout();
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        connection._stream = connection._client.GetStream();
        return connection;
    }

    /// <summary>
    /// Sends a command and returns its reply: a <see cref="string"/>, a <see cref="long"/>, null, or an array of these. Bytes are read
    /// as Latin-1.
    /// </summary>
    public async Task<object?> CommandAsync(params object[] arguments)
    {
        await SendAsync(arguments);
        return await ReadAsync().WithTimeout();
    }

    public async Task SendAsync(params object[] arguments)
    {
        var command = new MemoryStream();
        command.Write(Encoding.ASCII.GetBytes($"*{arguments.Length}\r\n"));
        foreach (var argument in arguments)
        {
            var bytes = argument as byte[] ?? Encoding.UTF8.GetBytes(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
            command.Write(Encoding.ASCII.GetBytes($"${bytes.Length}\r\n"));
            command.Write(bytes);
            command.Write("\r\n"u8);
        }

        await _stream.WriteAsync(command.ToArray()).WithTimeout();
    }

    public async Task<object?> ReadAsync()
    {
        var line = await LineAsync();
        var rest = line[1..];
        switch (line[0])
        {
            case '+': return rest;
            case '-': throw new RespException(rest);
            case ':': return long.Parse(rest, CultureInfo.InvariantCulture);
            case '$': return rest == "-1" ? null : await BulkAsync(int.Parse(rest, CultureInfo.InvariantCulture));
            case '*' when rest == "-1": return null;
            case '*':
                var items = new object?[int.Parse(rest, CultureInfo.InvariantCulture)];
                for (var i = 0; i < items.Length; i++)
                    items[i] = await ReadAsync();
                return items;
            default: throw new InvalidDataException($"Not RESP: {line}");
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> BulkAsync(int length)
    {
        var bytes = new byte[length + 2];
        await _stream.ReadExactlyAsync(bytes);
        return Encoding.Latin1.GetString(bytes, 0, length);
    }

    private async Task<string> LineAsync()
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one);
            if (one[0] == '\n')
                return line.ToString(0, line.Length - 1);
            line.Append((char)one[0]);
        }
    }
}
