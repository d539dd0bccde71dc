namespace BlazorDashboard.Proc;

/// <summary>The kernel's text files. Every reader asks here, so that a test can give it a directory of its own.</summary>
public sealed class ProcFiles(string root = "/proc")
{
    /// <summary>The whole text of a file, or <see langword="null"/> where the operating system has no such file.</summary>
    public string? Read(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
