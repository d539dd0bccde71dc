using System.Globalization;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// The bytes of a response body, decoded from chunks, a content length, or up to the end of the connection.
/// </summary>
internal sealed class HttpBodyDecoder(RawConnection connection, bool chunked, long? length)
{
    private long _left = chunked ? 0 : length ?? long.MaxValue;
    private bool _inChunk;
    private bool _ended;

    /// <summary>The next piece as it arrives; empty at the proper end; throws when the body was truncated.</summary>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        if (_ended || !await FindPieceAsync(cancellationToken))
        {
            _ended = true;
            return [];
        }

        if (connection.Buffered.IsEmpty && !await connection.FillAsync(cancellationToken))
            return length is null && !chunked ? End() : throw Cut();
        var piece = connection.Buffered[..(int)Math.Min(_left, connection.Buffered.Length)].ToArray();
        connection.Consume(piece.Length);
        _left -= piece.Length;
        return piece;
    }

    private async Task<bool> FindPieceAsync(CancellationToken cancellationToken)
    {
        if (!chunked || _left > 0)
            return _left > 0;
        if (_inChunk)
        {
            if (!await connection.FillToAsync(2, cancellationToken))
                throw Cut();
            connection.Consume(2);
            _inChunk = false;
        }

        var size = await connection.ReadLineAsync(cancellationToken) ?? throw Cut();
        _left = long.Parse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        _inChunk = _left > 0;
        if (!_inChunk)
            await SkipTrailersAsync(cancellationToken);
        return _inChunk;
    }

    private async Task SkipTrailersAsync(CancellationToken cancellationToken)
    {
        while ((await connection.ReadLineAsync(cancellationToken) ?? throw Cut()).Length > 0)
            continue;
    }

    private byte[] End()
    {
        _ended = true;
        return [];
    }

    private static EndOfStreamException Cut() => new("The connection ended inside the response body.");
}
