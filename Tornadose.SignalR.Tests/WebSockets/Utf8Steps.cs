namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>Decides after each byte whether the text so far can still become valid UTF-8 (table 3-7 of the Unicode standard).</summary>
internal sealed class Utf8Steps
{
    private int _missing;
    private byte _from = 0x80;
    private byte _to = 0xbf;

    public bool IsWhole => _missing == 0;

    public bool Take(byte next)
    {
        if (_missing == 0)
            return Begin(next);
        if (next < _from || next > _to)
            return false;
        (_missing, _from, _to) = (_missing - 1, 0x80, 0xbf);
        return true;
    }

    private bool Begin(byte first)
    {
        (_missing, _from, _to) = first switch
        {
            < 0x80 => (0, (byte)0x80, (byte)0xbf),
            >= 0xc2 and <= 0xdf => (1, (byte)0x80, (byte)0xbf),
            0xe0 => (2, (byte)0xa0, (byte)0xbf),
            0xed => (2, (byte)0x80, (byte)0x9f),
            >= 0xe1 and <= 0xef => (2, (byte)0x80, (byte)0xbf),
            0xf0 => (3, (byte)0x90, (byte)0xbf),
            >= 0xf1 and <= 0xf3 => (3, (byte)0x80, (byte)0xbf),
            0xf4 => (3, (byte)0x80, (byte)0x8f),
            _ => (-1, (byte)0, (byte)0),
        };
        return _missing >= 0;
    }
}
