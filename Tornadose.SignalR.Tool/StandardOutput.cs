using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tornadose.SignalR.Tool;

/// <summary>
/// The standard output, which tells commands when its reader has closed the pipe. <see cref="Console.Out"/> drops what is written to such
/// a pipe, so that <c>tornadose tail … | head -1</c> would never end.
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
    /// <returns>False if its reader has closed the pipe.</returns>
    /// <exception cref="IOException">It cannot be written, for instance because the disk is full.</exception>
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
