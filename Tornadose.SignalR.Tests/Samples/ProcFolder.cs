using BlazorDashboard.Proc;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>A directory in place of <c>/proc</c>, with the files that a test writes.</summary>
internal sealed class ProcFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("proc");

    public ProcFiles Files => new(_root.FullName);

    public void Write(string name, string text)
    {
        var path = Path.Combine(_root.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => _root.Delete(recursive: true);
}
