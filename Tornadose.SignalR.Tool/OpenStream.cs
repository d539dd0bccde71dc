using System.Text;

namespace Tornadose.SignalR.Tool;

/// <summary>A response that does not end, and the text received so far.</summary>
internal sealed class OpenStream(HttpResponseMessage response, Stream body) : IDisposable
{
    private readonly byte[] _buffer = new byte[4096];
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    /// <exception cref="IOException">The stream has ended.</exception>
    public async Task ReadAsync(CancellationToken stop)
    {
        var count = await body.ReadAsync(_buffer, stop);
        if (count == 0)
            throw new HttpIOException(HttpRequestError.ResponseEnded, "it has ended.");
        _text.Append(Encoding.Latin1.GetString(_buffer, 0, count));
        if (_text.Length > 1 << 20)
            _text.Remove(0, 1 << 19); // a busy store
    }

    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }
}
