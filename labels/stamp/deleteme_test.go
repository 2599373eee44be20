package stamp_test
import ("testing";"os";"strings";"image/png";"path/filepath";"fmt";"time"
"github.com/despacho/despacho/labels/stamp"
"github.com/despacho/despacho/labels/pdf")
func TestDumpPDF(t *testing.T){
 os.MkdirAll("/tmp/stamppdf",0o755); r:=newRenderer(t)
 for name,l:=range labels{ s,err:=stamp.PDF(l,first); if err!=nil{t.Fatal(err)}
  f,_:=os.Create("/tmp/stamppdf/"+strings.ReplaceAll(name," ","_")+".png"); png.Encode(f,r.page(t,s.Data,0)); f.Close() }
}
func TestCorpusPDF(t *testing.T){
 r:=newRenderer(t)
 names,_:=filepath.Glob(os.Getenv("PDFS")+"/*.pdf")
 var dur time.Duration; n:=0
 for _,name:=range names{ data,_:=os.ReadFile(name)
  d,err:=pdf.Check(data,pdf.Limits{}); if err!=nil{continue}
  t0:=time.Now()
  s,err:=stamp.PDF(data,first); el:=time.Since(t0); dur+=el; n++
  if err!=nil{ fmt.Println("ERR",filepath.Base(name),err); continue}
  if el>time.Second { fmt.Println("SLOW",filepath.Base(name),el,len(data),d.Pages)}
  if d.Pages>40 {continue}
  func(){ defer func(){ if x:=recover();x!=nil{fmt.Println("PANIC",name,x)}}()
  for i:=range min(3,d.Pages){
   ok:=t.Run(filepath.Base(name)+fmt.Sprint(i),func(t *testing.T){ 
    base:=data; if d.Repaired!="" {base=d.Data}
    b,a:=r.page(t,base,i),r.page(t,s.Data,i)
    if b.Bounds()!=a.Bounds(){t.Fatal("bounds")}
    c:=changed(t,b,a); if c.touching>0 || s.Where!="slip"&&i==0&&c.dark==0 {
     t.Errorf("%s p%d touching %d of %d %v",s.Where,i,c.touching,c.dark,s.Notes)
     f,_:=os.Create("/tmp/stamppdf/bad-"+filepath.Base(name)+fmt.Sprint(i)+".png"); png.Encode(f,a); f.Close() }
   }); _=ok }
  }()
 }
 fmt.Println("stamped",n,dur)
}
