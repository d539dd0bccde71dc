using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tornadose.SignalR.Tool;

/// <summary>
/// The standard output, of which commands learn when nobody reads it any more. <see cref="Console.Out"/> drops what is written to a pipe
/// whose reader has gone, so that <c>tornadose tail … | head -1</c> would run for ever.
/// </summary>
internal static class StandardOutput
{
    /// <summary>EPIPE, on all Unixes.</summary>
    private const int BrokenPipe = 32;

    public static TextWriter Open()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.Out;
        var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return pipe.CanSeek ? Console.Out : new StreamWriter(pipe, new UTF8Encoding(false)) { AutoFlush = true };
    }

    /// <summary>Writes a line at once.</summary>
    /// <returns>False when its reader has gone.</returns>
    /// <exception cref="IOException">It cannot be written: the disk is full, say.</exception>
    public static bool TryWriteLine(this TextWriter output, string? line)
    {
        try
        {
            output.WriteLine(line);
            output.Flush();
            return true;
        }
        catch (IOException gone) when (gone.HResult == BrokenPipe)
        {
            return false;
        }
    }
}
